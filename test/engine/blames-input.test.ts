import { expect, test } from '@jest/globals';
import { blamesInput } from '../../src/engine/blames-input.ts';
import { ClickstreamError, configError, dataError, ioError } from '../../src/errors.ts';

const user = new ClickstreamError('USER_FUNCTION_ERROR', 'user', 'no database');
const system = Object.assign(new Error('EMFILE: open'), { code: 'EMFILE', syscall: 'open' });

test.each<[string, unknown, unknown, boolean]>([
  ['a record that does not fit', dataError('MALFORMED_RECORD', 'x'), null, true],
  ['a mistake of ours', new ClickstreamError('INTERNAL_ERROR', 'bug', 'x'), null, true],
  ['what a library throws', new RangeError('Invalid array length'), null, true],
  ['a thread out of memory', Object.assign(new Error('x'), { code: 'ERR_WORKER_OUT_OF_MEMORY' }), null, true],
  ["a user's function that works on the input", user, user, true],
  ["a user's function that takes the output", user, null, false],
  ['a full disk', ioError('DISK_FULL', 'x'), null, false],
  ['what the system says', system, system, false],
  ['a wrong definition', configError('OPTION_INVALID', 'x'), null, false],
  ['another process', new ClickstreamError('CHECKPOINT_IN_USE', 'busy', 'x'), null, false],
  ['a stop', new ClickstreamError('QUERY_STOPPED', 'user', 'x'), null, false],
  ["the user's own limit", dataError('REJECT_RATIO_EXCEEDED', 'x'), null, false],
])('%s', (_, error, inputError, blamed) => expect(blamesInput(error, inputError)).toBe(blamed));
