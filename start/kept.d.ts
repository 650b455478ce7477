interface Kept {
  readonly folder: string;
  readonly read: (file: string) => Buffer | undefined;
  readonly keep: (file: string, content: string | Uint8Array) => void;
}
declare function kept(name: string): Kept;
export = kept;
