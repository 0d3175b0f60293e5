import type { Metadata } from "next";
import { SignInForm } from "../../../components/auth/sign-in-form.tsx";
import { safeNextPath } from "../../../lib/safe-next-path.ts";

export const metadata: Metadata = { title: "Sign in · Todo" };

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function SignInPage({ searchParams }: Props) {
  return <SignInForm next={safeNextPath((await searchParams).next)} />;
}
