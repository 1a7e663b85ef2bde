import { resolve, sep } from 'node:path';
import { configError } from '../../errors.ts';
import type { Disk } from '../../fs/disk.ts';

/** Where input lies: a fixed path, and for globs the patterns of the path parts below it. */
export interface InputPath {
  readonly base: string;
  readonly segments: readonly RegExp[];
}

const GLOB = /[*?[\]{}]/;

/**
 * Splits a path or a glob (`*`, `?`, `[a-c]`, `[^a]`, `{a,b}`, as Hadoop's). A path that exists as it is written is not a
 * glob. Braces may give several paths.
 */
export function parseInputPath(path: string, disk: Disk): InputPath[] {
  const absolute = resolve(path);
  if (!GLOB.test(absolute) || exists(disk, absolute)) return [{ base: absolute, segments: [] }];
  return expandBraces(absolute).map((pattern) => {
    const parts = pattern.split(sep);
    const first = parts.findIndex((part) => GLOB.test(part));
    if (first === -1) return { base: pattern, segments: [] };
    return { base: parts.slice(0, first).join(sep) || sep, segments: parts.slice(first).map(segmentPattern) };
  });
}

function exists(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return true;
  } catch {
    return false;
  }
}

function expandBraces(pattern: string): string[] {
  const open = pattern.indexOf('{');
  if (open === -1) return [pattern];
  let depth = 0;
  const cuts = [open];
  for (let i = open; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === '{') depth++;
    if (char === '}') depth--;
    if (depth === 1 && char === ',') cuts.push(i);
    if (depth > 0) continue;
    cuts.push(i);
    const tails = expandBraces(pattern.slice(i + 1));
    const choices = cuts.slice(0, -1).map((cut, k) => pattern.slice(cut + 1, cuts[k + 1]));
    return choices.flatMap((choice) =>
      expandBraces(choice).flatMap((middle) => tails.map((tail) => pattern.slice(0, open) + middle + tail)),
    );
  }
  throw configError('OPTION_INVALID', `The path "${pattern}" has a "{" that is not closed.`);
}

function segmentPattern(segment: string): RegExp {
  let source = '';
  for (let i = 0; i < segment.length; i++) {
    const char = segment[i] as string;
    const close = char === '[' ? segment.indexOf(']', i + 2) : -1;
    if (char === '*') source += '.*';
    else if (char === '?') source += '.';
    else if (close !== -1) {
      const body = segment
        .slice(i + 1, close)
        .replace(/^!/, '^')
        .replace(/[\\[\]&|]/g, '\\$&');
      source += `[${body}]`;
      i = close;
    } else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  }
  return new RegExp(`^${source}$`, 's');
}
