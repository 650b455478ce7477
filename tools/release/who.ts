/** Who deploys, and from where: as a teammate would ask for them. */
import { hostname, userInfo } from "node:os";
import { runUrl } from "../review/post/where";

export interface Who {
  /** A person, or the pipeline that a person set off. */
  name: string;
  /** The machine and process, to tell two runs apart. */
  holder: string;
  /** The page of the pipeline's run. */
  url?: string;
}

export function who(env: Record<string, string | undefined> = process.env): Who {
  const { username } = userInfo();
  const name = env.GITHUB_ACTOR ?? env.GITLAB_USER_LOGIN ?? env.SUDO_USER ?? username;
  const url = runUrl(env);
  return {
    name,
    holder: `${name} on ${hostname()} (process ${process.pid})`,
    ...(url === undefined ? {} : { url }),
  };
}
