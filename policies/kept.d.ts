export declare const folder: string;
export declare function read(name: string): Buffer | undefined;
export declare function keep(name: string, content: string | Uint8Array): void;
