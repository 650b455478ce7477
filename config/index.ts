/** What a stack may say, and the one way to read it. Everything outside config/ imports from here. */
export { parseSettings, type ParseOptions } from "./parse";
export { formatProblem, type Problem, Problems } from "./problems";
export type * from "./settings";
export type { Bucket } from "./bucket";
export { type Comparison, type Condition, type Signal, SIGNALS, type SignalUnit } from "./condition";
export type { Image } from "./image";
export type { Schedule } from "./schedule";
export {
  type Bytes,
  type Cpu,
  type Duration,
  formatBytes,
  formatCpu,
  formatDuration,
  formatPercent,
  type Fraction,
  type Measured,
  type Rate,
} from "./units";
export { TIERS } from "./schema/stack";
export { SEVERITIES } from "./schema/watching";
export {
  type Completed,
  partDefaults,
  postgresDefaults,
  redisDefaults,
  routeDefaults,
  stackDefaults,
  withDefaults,
} from "./defaults";
export {
  barmanImage,
  keeperImage,
  logsImage,
  postgresImage,
  rcloneImage,
  redisExporterImage,
  redisImage,
} from "./images";
export { connectionBudget, ROLLOUT_SURGE, SUPERUSER_RESERVE } from "./budget";
export { tune } from "./tuning";
export { platform, WITHOUT_CLUSTER } from "./platform";
export { BARMAN, emptyOf, type Origin, type Recovery, recoveryOf } from "./recovery";
export { isPlatforms } from "./checks/buckets";
export { sharesKeys } from "./checks/copies";
export { UPKEEP } from "./names";
export { notAParameter } from "./checks/postgres";
