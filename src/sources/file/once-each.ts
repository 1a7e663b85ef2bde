const MAX_WARNINGS = 1000;

/** Says each thing once, up to a bound. */
export function onceEach(onWarning: (message: string) => void): (message: string) => void {
  const said = new Set<string>();
  return (message) => {
    if (said.has(message) || said.size >= MAX_WARNINGS) return;
    said.add(message);
    onWarning(message);
  };
}
