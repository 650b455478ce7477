/** How far a server is with starting and with going: shared by the probes, the streams and the shutdown. */

export interface Draining {
  started: boolean;
  /** Aborted when the listening socket closes: endless answers end here. */
  readonly end: AbortController;
}
