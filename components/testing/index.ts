/** For tests of components, ours and yours. */
export { type Alias, Graph, type Mocks, type Program, programOf, type Registered } from "./harness";
export { type Json, reveal, UNKNOWN } from "./wire";
