/** How a database begins with what a bucket holds, in CloudNativePG's words: the same for the program and for the commands. */

/** The plugin that archives to object stores; the operator's own way goes in 1.31. */
export const BARMAN = "barman-cloud.cloudnative-pg.io";

/** What a database begins with. */
export interface Origin {
  /** The database whose backups these are, by the name it archives under. */
  readonly from: string;
  /** A moment, as ISO 8601; `latest` is all that was archived; `backup` the backup itself and nothing after it. */
  readonly to: string;
  /** The backup to begin from. @default - the newest before `to` */
  readonly backup?: string | undefined;
  /** The stack whose backups these are, where it is another one: a clone. @default - the stack itself */
  readonly of?: string | undefined;
}

export interface RecoveryTarget {
  targetTime?: string;
  targetImmediate?: boolean;
  backupID?: string;
}

export interface Recovery {
  bootstrap: {
    recovery: {
      source: string;
      database: string;
      owner: string;
      secret: { name: string };
      recoveryTarget?: RecoveryTarget;
    };
  };
  externalClusters: { name: string; plugin: { name: string; parameters: Record<string, string> } }[];
}

interface Names {
  database: string;
  owner: string;
  /** Secret of the owner's login. */
  login: string;
}

export interface Beginning {
  bootstrap: {
    initdb: {
      database: string;
      dataChecksums: boolean;
      encoding: string;
      owner: string;
      secret: { name: string };
    };
  };
}

/** Fields of a Cluster's spec: one that begins empty. */
export const emptyOf = ({ database, owner, login }: Names): Beginning => ({
  bootstrap: { initdb: { database, dataChecksums: true, encoding: "UTF8", owner, secret: { name: login } } },
});

/** Fields of a Cluster's spec: one that begins with what a bucket holds. */
export function recoveryOf(
  origin: Origin,
  { store, database, owner, login }: Names & { store: string },
): Recovery {
  const target = targetOf(origin);
  return {
    bootstrap: {
      recovery: {
        database,
        owner,
        ...(target === undefined ? {} : { recoveryTarget: target }),
        secret: { name: login },
        source: origin.from,
      },
    },
    externalClusters: [
      {
        name: origin.from,
        plugin: { name: BARMAN, parameters: { barmanObjectName: store, serverName: origin.from } },
      },
    ],
  };
}

function targetOf({ to, backup }: Origin): RecoveryTarget | undefined {
  const from = backup === undefined ? {} : { backupID: backup };
  if (to === "backup") return { ...from, targetImmediate: true };
  if (to === "latest") return backup === undefined ? undefined : from;
  // Postgres takes a space where ISO has a T, and a zone in digits.
  return { ...from, targetTime: to.replace("T", " ").replace(/Z$/, "+00:00") };
}
