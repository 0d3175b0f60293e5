/** Next calls it once, when it has begun to listen; requests wait until it is done. */
export async function register(): Promise<void> {
  // Next builds this file for its edge runtime too, which is not used here and knows no connections.
  if (process.env.NEXT_RUNTIME === "nodejs") {
    const { retireAtSigterm } = await import("./lib/server/retire.ts");
    retireAtSigterm(process.env);
    const { mendPaths } = await import("./lib/server/well-formed-path.ts");
    mendPaths();
    const { SettingError, trackClientAddresses } = await import("./lib/server/client-address.ts");
    try {
      trackClientAddresses(process.env);
    } catch (error) {
      // Next would log any error and answer every request with it.
      if (!(error instanceof SettingError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    }
  }
}
