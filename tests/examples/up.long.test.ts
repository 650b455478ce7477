/** Every stack of every example product lives and dies on a real API server. */
import { controlPlaneMissing } from "../helpers/control-plane";
import { describeWith } from "../helpers/services";
import { Lives } from "./life";
import { products, stacksOf } from "./stacks";

describeWith(controlPlaneMissing(), "every example's stacks on an API server", function () {
  this.timeout(300_000);
  const all = products().flatMap(stacksOf);
  const lives = new Lives();
  before(async function () {
    this.timeout(900_000); // with nothing cached, the operators' kinds are fetched first
    await lives.start(all);
  });
  after(() => lives.stop());

  for (const example of all) {
    it(`${example.product}'s ${example.stack} comes up, stays as it is, and goes without a trace`, () =>
      lives.live(example));
  }
});
