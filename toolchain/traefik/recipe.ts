/**
 * Traefik from its Go module, without its certificate clients for 180 DNS vendors: cert-manager issues certificates here,
 * and those clients are most of what there is to compile.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { treeInputs, withLock, type Recipe } from "../cache";
import { go } from "../go";
import { checkout } from "../lib/paths";
import { run } from "../lib/run";
import { versions } from "../versions";

const folder = join(checkout, "toolchain", "traefik");
const dnsProviders = "github.com/go-acme/lego/v4/providers/dns";
const refusing = `package dns

import (
	"fmt"

	"github.com/go-acme/lego/v4/challenge"
)

// NewDNSChallengeProviderByName stands in for the generated list of vendors: this build has none.
func NewDNSChallengeProviderByName(name string) (challenge.Provider, error) {
	return nil, fmt.Errorf("this build of Traefik has no ACME client for the DNS vendor %q: use cert-manager", name)
}
`;
const ldflags = `-s -w -X github.com/traefik/traefik/v3/pkg/version.Version=${versions.traefik}`;

export function traefikRecipe(): Recipe {
  return {
    name: "traefik",
    version: versions.traefik,
    inputs: [refusing, ldflags, ...treeInputs(folder, (path) => /^go\.(mod|sum)$/.test(path))],
    build: async (into, step, log) => {
      const command = await go(step);
      const source = join(into, "source");
      mkdirSync(source);
      for (const file of ["go.mod", "go.sum"]) cpSync(join(folder, file), join(source, file));
      const env = { CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
      await run(command, ["mod", "vendor"], { cwd: source, env, log });
      writeFileSync(join(source, "vendor", dnsProviders, "zz_gen_dns_providers.go"), refusing);
      await withLock("go-build", step, () =>
        run(
          command,
          [
            "build",
            "-trimpath",
            "-buildvcs=false",
            "-mod=vendor",
            "-ldflags",
            ldflags,
            "-o",
            join(into, "traefik"),
            "github.com/traefik/traefik/v3/cmd/traefik",
          ],
          { cwd: source, env, log },
        ),
      );
      rmSync(source, { recursive: true });
    },
  };
}
