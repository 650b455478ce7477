/** What it takes to evaluate, in one piece: policies.ts loads it while the program is on its way. */
export { keepParsed } from "../cel/parsed";
export { prepare } from "../evaluate";
export { Run } from "../run";
export { stackFile } from "./stack-file";
