/** What every bench is made of: a row of the table, and a clock. */
export interface Row {
  readonly what: string;
  readonly seen: number;
  readonly limit: number;
  readonly unit: string;
}

export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}
