/** One example's stack lives and dies on a real API server; up.long.test.ts has them all. */
import { Lives } from "./life";
import { stacksOf } from "./stacks";

describe("an example's stack on an API server", function () {
  this.timeout(180_000);
  const examples = stacksOf("flakeguard").filter(({ stack }) => stack === "production");
  const lives = new Lives();
  before(() => lives.start(examples));
  after(() => lives.stop());

  for (const example of examples) {
    it("comes up, stays as it is, and goes without a trace", () => lives.live(example));
  }
});
