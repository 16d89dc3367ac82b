/** The folders that money depends on: every line, branch and function of them is run by a test. */
export const CRITICAL_FOLDERS = [
  'src/control/',
  'src/risk/',
  'src/execution/',
  'src/audit/',
  'actors/runtime/',
  'supervisors/',
  'hardware/',
];

const MEASURES = ['lines', 'branches', 'functions'] as const;

export type Summary = Record<
  string,
  Record<(typeof MEASURES)[number], { readonly total: number; readonly covered: number }>
>;

/** One sentence for each critical file that is not covered completely. */
export function criticalShortfalls(
  summary: Summary,
  relativePath: (path: string) => string,
): string[] {
  return Object.entries(summary).flatMap(([path, measured]) => {
    const name = relativePath(path);
    if (!CRITICAL_FOLDERS.some((folder) => name.startsWith(folder))) return [];
    return MEASURES.filter((measure) => measured[measure].covered < measured[measure].total).map(
      (measure) =>
        `${name} has ${measured[measure].covered} of ${measured[measure].total} ${measure}`,
    );
  });
}
