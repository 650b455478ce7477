/** Every stack of every example product lives and dies on a real API server. */
import { Lives } from "./life";
import { products, stacksOf } from "./stacks";

describe("every example's stacks on an API server", function () {
  this.timeout(300_000);
  const all = products().flatMap(stacksOf);
  const lives = new Lives();
  before(() => lives.start(all));
  after(() => lives.stop());

  for (const example of all) {
    it(`${example.product}'s ${example.stack} comes up, stays as it is, and goes without a trace`, () =>
      lives.live(example));
  }
});
