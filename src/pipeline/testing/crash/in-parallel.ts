/**
 * Does something with every item, `parallel` at a time; results in the order of the items. `onResult` is called in that order, too, as soon as
 * it can be. The first error ends it; what was begun is waited for.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  parallel: number,
  act: (item: T, index: number) => Promise<R>,
  onResult: (result: R) => void = () => {},
): Promise<R[]> {
  const results: R[] = [];
  const isDone: boolean[] = [];
  let next = 0;
  let told = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length && !failed; index = next++) {
      try {
        results[index] = await act(items[index] as T, index);
      } catch (error) {
        failed = true;
        throw error;
      }
      isDone[index] = true;
      while (isDone[told]) onResult(results[told++] as R);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, worker));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  return results;
}
