import { afterEach, beforeEach, jest } from '@jest/globals';

/**
 * Keeps stderr off the screen in all tests of the file that calls it. Returns what a test wrote there, a text for each write; empty at the
 * beginning of every test.
 */
export function catchWarnings(): string[] {
  const warnings: string[] = [];
  beforeEach(() => {
    warnings.length = 0;
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => warnings.push(String(text)) > 0);
  });
  afterEach(() => void jest.restoreAllMocks());
  return warnings;
}
