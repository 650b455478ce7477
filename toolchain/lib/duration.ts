/** 75000 -> "1 min 15 s" */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (ms < 950) return `${Math.round(ms)} ms`;
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
