import { zone } from '../../sql/values/zone.ts';
import type { ZoneOffset } from '../timestamp-bytes.ts';

/** The zone of a name as the parser of timestamps takes it. */
export function zoneOffset(name: string): ZoneOffset {
  const { fixedOffsetMicros, offsetMicrosAtLocal } = zone(name);
  return fixedOffsetMicros === 0 ? null : offsetMicrosAtLocal;
}
