// Pulumi runs the program under the first Node on PATH, and loads this file before anything else.

// Pulumi's own sign for "the reason has been printed, add nothing".
const REASON_PRINTED = 32;

if (process.features.typescript) {
  // Between runs, so that loading Pulumi's packages costs half.
  process.getBuiltinModule("node:module").enableCompileCache(`${__dirname}/../node_modules/.cache/pulumi-program`);
} else {
  console.error(
    `Node ${process.versions.node} is first on PATH, and this program needs 22.18 or newer. ` +
      "`npm run up` brings its own; for a plain `pulumi up` put that one first:\n" +
      '  export PATH="$PWD/node_modules/node/bin:$PATH"',
  );
  process.exit(REASON_PRINTED);
}
