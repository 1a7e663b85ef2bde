import type { Int64 } from '../../batch.ts';
import { floorDivInt64, floorModInt64 } from '../../sql/values/int64.ts';
import { MICROS_PER_DAY, utcToLocal } from '../../sql/values/local-time.ts';
import { formatDate } from '../../sql/values/timestamp.ts';
import type { Zone } from '../../sql/values/zone.ts';
import { offsetText } from '../../sql/values/zone-offset.ts';

/**
 * `yyyy-MM-ddTHH:mm:ss.SSS` and the offset, as Spark writes timestamps to files (`FileSourceOptions`); with six digits
 * of fraction where milliseconds would lose some.
 */
export function timestampText(micros: Int64, zone: Zone): string {
  const local = utcToLocal(micros, zone);
  const date = formatDate(Number(floorDivInt64(local, MICROS_PER_DAY)));
  const microsOfDay = floorModInt64(local, MICROS_PER_DAY);
  const fraction = microsOfDay % 1_000_000;
  const seconds = (microsOfDay - fraction) / 1_000_000;
  const minutes = Math.floor(seconds / 60);
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
  const digits = fraction % 1000 === 0 ? `${fraction / 1000}`.padStart(3, '0') : `${fraction}`.padStart(6, '0');
  const offsetMicros = zone.fixedOffsetMicros ?? zone.offsetMicrosAtUtc(micros);
  return `${date}T${time}.${digits}${offsetMicros === 0 ? 'Z' : offsetText(offsetMicros / 1_000_000)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}
