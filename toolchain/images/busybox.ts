import { basics, type Image } from "./image";

/** A shell and the small tools, for helper pods and for looking around. Not the static one: it resolves no names. */
export const busybox: Image = {
  name: "busybox",
  version: "1.35.0",
  upstream: "docker.io/library/busybox:1.37.0",
  user: "65532",
  entrypoint: [],
  command: ["sh"],
  env: { PATH: "/bin" },
  layers: [
    {
      kind: "debian",
      variant: "extract",
      packages: ["busybox"],
      after: [
        'for tool in $(chroot "$1" /bin/busybox --list); do [ "$tool" = busybox ] || ln -sf busybox "$1/bin/$tool"; done',
        'rm -rf "$1/usr/share" "$1/usr/lib/x86_64-linux-gnu/gconv" "$1/usr/lib/aarch64-linux-gnu/gconv"',
      ],
    },
    { kind: "files", files: basics },
  ],
};
