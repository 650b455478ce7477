/** actionlint, which knows GitHub's workflow files better than GitHub says what is wrong with them. */
import { goRecipe } from "./gobuild";

export const actionlint = () =>
  goRecipe({
    name: "actionlint",
    version: "1.7.12",
    module: "actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    output: "actionlint",
  });
