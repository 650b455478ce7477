/** A port of a pod on this machine's loopback, for as long as it is wanted: what the API server's own proxy cannot do, such as a POST of JSON. */
import { Failure } from "../../toolchain/lib/failure";
import { run, tail } from "../../toolchain/lib/run";

export interface Forward {
  readonly url: string;
  close(): Promise<void>;
}

/** `words` are kubectl's for the cluster and the namespace. */
export async function forward(
  env: Record<string, string>,
  words: readonly string[],
  pod: string,
  port: number,
): Promise<Forward> {
  const end = new AbortController();
  let opened: (url: string) => void = () => undefined;
  const open = new Promise<string>((done) => (opened = done));
  const ended = run("kubectl", [...words, "port-forward", `pod/${pod}`, `:${port}`, "--address=127.0.0.1"], {
    allowFailure: true,
    env,
    onLine: (line) => {
      const [, local] = /^Forwarding from 127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (local !== undefined) opened(`http://127.0.0.1:${local}`);
    },
    signal: end.signal,
  });
  const url = await Promise.race([
    open,
    ended.then(({ stderr }) => {
      throw new Failure(`the pod ${pod} cannot be reached`, {
        details: tail(stderr, 3),
        next: `look at it: kubectl ${words.join(" ")} describe pod ${pod}`,
      });
    }),
  ]);
  return {
    url,
    close: async () => {
      end.abort();
      await ended;
    },
  };
}
