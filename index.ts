/** A product on its clusters, on one page: what the stack says goes in, components are wired, addresses come out. */
import { type Cloud, clouds } from "./clouds";
import { Api } from "./components/api";
import { Bucket } from "./components/bucket";
import { Dns } from "./components/dns";
import { Image } from "./components/image";
import { Ingress } from "./components/ingress";
import { Logs } from "./components/logs";
import { LocalBucket } from "./components/local-bucket";
import { Monitoring } from "./components/monitoring";
import type { Part } from "./components/part";
import { Postgres } from "./components/postgres";
import { Redis } from "./components/redis";
import { Rehearsal } from "./components/rehearsal";
import { Secrets } from "./components/secrets";
import { Space } from "./components/space";
import { Task } from "./components/task";
import { Upkeep } from "./components/upkeep";
import { Web } from "./components/web";
import { Worker } from "./components/worker";
import * as wiring from "./wiring";
import * as copies from "./wiring-copies";
import * as wired from "./wiring-parts";
import { rehearsalOf } from "./wiring-rehearsal";

const { settings, secrets: given } = wiring.read();
const registry = wiring.registryOf(settings.registry, given);
const bucketArgs = wiring.bucketOf(settings, given);
const bucket = bucketArgs && new Bucket("backups", bucketArgs);

const images = Object.fromEntries(
  Object.entries(settings.parts).map(([name, { build, image }]) => [
    name,
    build === undefined
      ? image?.text
      : new Image(name, { ...build, image: build.image.text, registry }).digest,
  ]),
);

export const clusters = Object.fromEntries(
  Object.entries(settings.clusters).map(([name, cluster]) => {
    const provider = wiring.providerOf(name, cluster, given);
    const space = new Space(name, wiring.spaceOf(settings, given), { provider });
    const cloud: Cloud = clouds[cluster.cloud];
    const secrets = new Secrets("secrets", { secrets: wiring.originsOf(settings, given), space });
    const here: wiring.Place = {
      bucketKeys: copies.keepsHere(settings, cloud)
        ? new LocalBucket("bucket", { space }).credentials
        : bucket?.credentials,
      cloud,
      cluster,
      secret: (wanted) => secrets.get(wanted),
      settings,
      space,
    };

    const postgres =
      settings.postgres && new Postgres("postgres", wiring.postgresOf(settings.postgres, here));
    const rehearsed = rehearsalOf(here, postgres?.kept, given);
    if (rehearsed !== undefined) {
      const home = new Space(`${name}-rehearsal`, rehearsed.home, { provider });
      new Rehearsal("drill", { ...rehearsed.args, space: home });
    }
    const redis = settings.redis && new Redis("redis", wiring.redisOf(settings.redis, here));

    for (const [work, args] of Object.entries(copies.upkeepOf(here, redis))) {
      new Upkeep(work, { ...args, space });
    }

    const stores = { postgres, redis };
    const parts: Record<string, Part> = {};
    for (const [part, said] of wired.inOrder(settings.parts)) {
      const there = { ...parts, ...stores };
      const args = wired.partOf(part, said, images[part], there, Object.values(parts), here);
      parts[part] =
        said.kind === "worker"
          ? new Worker(part, { ...args, health: said.health })
          : said.kind === "web"
            ? new Web(part, { ...args, ...wired.listening(part, said, here), spa: said.spa })
            : new Api(part, { ...args, ...wired.listening(part, said, here) });
    }
    for (const [job, said] of Object.entries(settings.jobs)) {
      const there = { ...parts, ...stores };
      new Task(job, wired.taskOf(said, images[said.part], there, Object.values(parts), here));
    }

    const ingress = new Ingress("ingress", { ...wiring.ingressOf(here), parts });
    if (settings.monitoring.enabled) new Monitoring("monitoring", wiring.monitoringOf(here, ingress));
    const loki = settings.monitoring.logs?.loki;
    if (loki !== undefined) new Logs("logs", wired.logsOf(loki, here));
    if (settings.dns.provider === "cloudflare" && cluster.role === "primary") {
      new Dns("dns", wiring.dnsOf(settings, ingress.address, here.cloud, given));
    }
    return [name, { namespace: space.namespace, urls: ingress.urls }];
  }),
);
