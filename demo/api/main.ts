/** The API's program: `serve` (the default) or `migrate [--from FOLDER]`. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { start } from "../shared/lifecycle";
import { openLog } from "../shared/log";
import { common, readSettings, SettingsProblem, stores } from "../shared/settings";
import { migrate, MigrationProblem } from "./migrate";
import { serve } from "./serve";
import { apiSettings, openServices } from "./services";

const ownMigrations = join(__dirname, "migrations");

start(async () => {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { from: { type: "string" } },
  });
  const [command = "serve"] = positionals;
  switch (command) {
    case "serve":
      return serve(openServices(readSettings(apiSettings), ownMigrations));
    case "migrate":
      return runMigrations(values.from ?? ownMigrations);
    default:
      throw new SettingsProblem(`There is no command "${command}". Write serve or migrate.`);
  }
});

async function runMigrations(folder: string): Promise<void> {
  const { DATABASE_URL, PGSSLMODE, PGSSLROOTCERT } = stores;
  const settings = readSettings({ ...common, DATABASE_URL, PGSSLMODE, PGSSLROOTCERT });
  const log = openLog("migrate", settings);
  try {
    const done = await migrate(settings, folder, log);
    log.info({ applied: done }, done.length === 0 ? "nothing to apply" : "migrated");
  } catch (error) {
    if (error instanceof MigrationProblem) log.fatal(error.message);
    else log.fatal({ err: error }, "could not migrate");
    process.exitCode = 1;
  }
}
