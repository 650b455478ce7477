/** kube-score, somebody else's opinion of our manifests. */
import { goRecipe } from "./gobuild";

export const kubeScore = () =>
  goRecipe({
    name: "kube-score",
    version: "1.20.0",
    module: "kube-score",
    package: "github.com/zegl/kube-score/cmd/kube-score",
    output: "kube-score",
  });
