// The list price of an hour in us-east-1, on demand, Linux, in US dollars, as the data file of Apache Libcloud has it
// (libcloud/data/pricing.json): release 3.9.1, of 2 March 2025, and for six accelerated sizes 3.8.0 or 3.6.1. Some of its
// prices are those of dedicated tenancy, 6 or 10 percent higher, or missing; without them all sizes of each of these
// families agree to 0.3 percent. Prices elsewhere and later differ: the policy's `prices` are for that.

/** Of the size `large`, by family. */
const LARGE: Readonly<Record<string, number>> = {
  a1: 0.051,
  t2: 0.0928,
  t3: 0.0832,
  t3a: 0.0752,
  t4g: 0.0672,
  m4: 0.1,
  m5: 0.096,
  m5a: 0.086,
  m5ad: 0.103,
  m5d: 0.113,
  m5dn: 0.136,
  m5n: 0.119,
  m5zn: 0.16517,
  m6a: 0.0864,
  m6g: 0.077,
  m6gd: 0.0904,
  m6i: 0.096,
  m6id: 0.11865,
  m6idn: 0.15912,
  m6in: 0.13923,
  m7a: 0.11592,
  m7g: 0.0816,
  m7gd: 0.10678,
  m7i: 0.1008,
  'm7i-flex': 0.09576,
  m8g: 0.08976,
  c5: 0.085,
  c5a: 0.077,
  c5ad: 0.086,
  c5d: 0.096,
  c5n: 0.108,
  c6a: 0.0765,
  c6g: 0.068,
  c6gd: 0.0768,
  c6gn: 0.0864,
  c6i: 0.085,
  c6id: 0.1008,
  c6in: 0.1134,
  c7a: 0.10264,
  c7g: 0.0725,
  c7gd: 0.09072,
  c7gn: 0.1248,
  c7i: 0.08925,
  'c7i-flex': 0.08479,
  c8g: 0.07976,
  r4: 0.133,
  r5: 0.126,
  r5a: 0.113,
  r5ad: 0.131,
  r5b: 0.149,
  r5d: 0.144,
  r5dn: 0.167,
  r5n: 0.149,
  r6a: 0.1134,
  r6g: 0.1008,
  r6gd: 0.1152,
  r6i: 0.126,
  r6id: 0.1512,
  r6idn: 0.19539,
  r6in: 0.17433,
  r7a: 0.15215,
  r7g: 0.1071,
  r7gd: 0.13608,
  r7i: 0.1323,
  r7iz: 0.186,
  r8g: 0.11782,
  i3: 0.156,
  i3en: 0.226,
  i4g: 0.15444,
  i4i: 0.1716,
  i7ie: 0.2599,
  i8g: 0.1716,
  im4gn: 0.1819,
  is4gen: 0.28815,
  x2gd: 0.167,
  x2idn: 0.20841,
  x2iedn: 0.41681,
  z1d: 0.186,
};

/** Where the price does not go by size. Of g5, g6 and g6e some are those of dedicated tenancy less its 10 percent. */
const OTHERS: Readonly<Record<string, number>> = {
  't2.small': 0.023,
  'g4ad.xlarge': 0.37853,
  'g4ad.2xlarge': 0.54117,
  'g4ad.4xlarge': 0.867,
  'g4ad.8xlarge': 1.734,
  'g4ad.16xlarge': 3.468,
  'g4dn.xlarge': 0.526,
  'g4dn.2xlarge': 0.752,
  'g4dn.4xlarge': 1.204,
  'g4dn.8xlarge': 2.176,
  'g4dn.12xlarge': 3.912,
  'g4dn.16xlarge': 4.352,
  'g5.xlarge': 1.006,
  'g5.2xlarge': 1.212,
  'g5.4xlarge': 1.624,
  'g5.8xlarge': 2.448,
  'g5.16xlarge': 4.096,
  'g5.48xlarge': 16.288,
  'g5g.xlarge': 0.42,
  'g5g.2xlarge': 0.556,
  'g5g.4xlarge': 0.828,
  'g5g.8xlarge': 1.372,
  'g5g.16xlarge': 2.744,
  'g6.xlarge': 0.8048,
  'g6.2xlarge': 0.9776,
  'g6.4xlarge': 1.3232,
  'g6.8xlarge': 2.0144,
  'g6.12xlarge': 4.6016,
  'g6.16xlarge': 3.3968,
  'g6.24xlarge': 6.6752,
  'g6.48xlarge': 13.3504,
  'g6e.xlarge': 1.861,
  'g6e.2xlarge': 2.24208,
  'g6e.4xlarge': 3.00424,
  'g6e.8xlarge': 4.52856,
  'g6e.12xlarge': 10.49264,
  'g6e.16xlarge': 7.57719,
  'gr6.4xlarge': 1.5392,
  'gr6.8xlarge': 2.4464,
  'inf1.2xlarge': 0.362,
  'inf1.6xlarge': 1.18,
  'inf2.xlarge': 0.7582,
  'inf2.8xlarge': 1.96786,
  'inf2.24xlarge': 6.49063,
  'p3.2xlarge': 3.06,
  'p3.16xlarge': 24.48,
};

const SIZES: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
};

/**
 * The price of an hour of an instance type, as m7i.large: the policy's, else the list price of us-east-1 in US dollars.
 * Undefined: not known, as of bare metal.
 */
export function priceOf(type: string, prices: Readonly<Record<string, number>>): number | undefined {
  const own = prices[type] ?? OTHERS[type];
  if (own !== undefined) return own;
  const [family = '', size = ''] = type.split('.');
  const large = LARGE[family];
  const times = SIZES[size] ?? timesXlarge(size);
  return large === undefined || times === undefined ? undefined : Number((large * times).toFixed(5));
}

/** 4xlarge is 8 times a large. */
function timesXlarge(size: string): number | undefined {
  const match = /^([1-9]\d{0,2})xlarge$/.exec(size);
  return match === null ? undefined : 2 * Number(match[1]);
}
