import Link from "next/link";
import { Brand } from "../ui/brand.tsx";
import { Icon } from "../ui/icon.tsx";
import { ApiTokens } from "./api-tokens.tsx";
import { ChangePasswordForm } from "./change-password-form.tsx";
import { DeleteAccountForm } from "./delete-account-form.tsx";
import { SessionList } from "./session-list.tsx";
import styles from "./settings.module.css";
import { SignOutButton } from "./sign-out-button.tsx";

export function SettingsPage({ user }: { user: { name: string; email: string } }) {
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the settings
      </a>
      <header className={styles.bar}>
        <Link className={styles.back} href="/chat" prefetch={false}>
          <Icon name="back" size={18} /> Back to chat
        </Link>
        <Brand />
      </header>
      <main id="main" tabIndex={-1} className={styles.page}>
        <h1>Settings</h1>
        <section className={styles.card} aria-labelledby="account">
          <h2 id="account">Account</h2>
          <div className={styles.row}>
            <div className={styles.who}>
              <strong>{user.name}</strong>
              <span className={styles.muted}>{user.email}</span>
            </div>
            <SignOutButton />
          </div>
        </section>
        <section className={styles.card} aria-labelledby="password">
          <h2 id="password">Password</h2>
          <ChangePasswordForm email={user.email} />
        </section>
        <section className={styles.card} aria-labelledby="sessions">
          <h2 id="sessions">Where you are signed in</h2>
          <SessionList />
        </section>
        <section className={styles.card} aria-labelledby="tokens">
          <h2 id="tokens">API tokens</h2>
          <ApiTokens />
        </section>
        <section className={styles.card} aria-labelledby="delete">
          <h2 id="delete">Delete account</h2>
          <DeleteAccountForm />
        </section>
      </main>
    </>
  );
}
