import { describe, expect, it } from 'vitest';
import { type ShapeName, type ShapeOptions, shape, shapes } from '../../simulator/backtest/shapes.ts';

const names = Object.keys(shapes) as ShapeName[];
/** One comparison instead of thousands. */
const asText = (name: ShapeName, wanted: ShapeOptions) => shape(name, wanted).values.join();
const options = { minutes: 3 * 24 * 60, base: 100, peak: 1_000, seed: 7 };

describe('synthetic loads', () => {
  it.each(names)('%s is as long as asked, never negative, and the same for the same seed', (name) => {
    const { values } = shape(name, options);
    expect(values).toHaveLength(options.minutes);
    expect(values.every((value) => Number.isNaN(value) || value >= 0)).toBe(true);
    expect(asText(name, options)).toBe(values.join());
  });

  it.each(['diurnal', 'flash-crowd', 'gaps'] as const)('%s differs with the seed', (name) => {
    expect(asText(name, { ...options, seed: 8 })).not.toBe(asText(name, options));
  });

  it('have the forms that their names say', () => {
    expect([...shape('step', { ...options, minutes: 4 }).values]).toEqual([100, 100, 1_000, 1_000]);
    expect([...shape('ramp', { ...options, minutes: 4 }).values]).toEqual([100, 400, 700, 1_000]);
    const saw = shape('sawtooth', options).values;
    expect([saw[0], saw[119], saw[120]]).toEqual([100, 1_000, 100]);
    const { values: crowd } = shape('flash-crowd', options);
    expect(Math.max(...crowd)).toBeGreaterThan(1_000);
    const silent = shape('gaps', options).values.filter(Number.isNaN).length;
    expect(silent).toBeGreaterThan(options.minutes / 20);
    expect(silent).toBeLessThan(options.minutes / 4);
  });
});
