#!/usr/bin/env python3
"""Writes tests/Properties/Data/NAME.csv for functions of two arguments: values, first and second partial derivatives, to 30 digits, by mpmath.

Needs python3-mpmath (Debian). Deterministic: a second run writes the same files. Columns: x, y, value, dx, dy, dxx, dxy, dyy, and a scale for each derivative: the sum of its
terms' magnitudes where they nearly cancel, which is what its error is relative to there. A field that is empty is not compared. Arguments are doubles, many of them floats."""
import math
import os
import random
import struct
from mpmath import mp, mpf, nstr, isinf, isnan
import mpmath as m

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tests', 'Properties', 'Data')
INF, NAN, TINY, HUGE = math.inf, math.nan, 5e-324, 1.7976931348623157e308
COLUMNS = ['value', 'dx', 'dy', 'dxx', 'dxy', 'dyy']
mp.dps = 700     # so that differences of any two doubles keep 30 digits


def single(x): return struct.unpack('f', struct.pack('f', x))[0]


def text(v):
    if v is None:
        return ''
    if isinstance(v, float) and v == 0:
        return repr(v)
    v = mpf(v)
    if isnan(v):
        return 'nan'
    if isinf(v) or abs(v) > mpf(10) ** 400:
        return 'inf' if v > 0 else '-inf'
    return '0.0' if abs(v) < mpf(10) ** -400 else nstr(v, 30, strip_zeros=True)


def table(name, f, points, edges=()):
    """f gives the value and five derivatives, each a number or a list of terms. edges: (x, y, value, dx, dy, dxx, dxy, dyy), as many as are compared."""
    rows = []
    for x, y in dict.fromkeys(points):
        values, scales = [], []
        for v in f(mpf(x), mpf(y)):
            terms = v if isinstance(v, list) else [v]
            total = None if terms[0] is None else sum(terms)
            values.append(text(total))
            most = sum(abs(t) for t in terms) if len(terms) > 1 else 0
            scales.append(nstr(most, 5) if len(terms) > 1 and abs(total) < most / 4 else '')
        rows.append([repr(x), repr(y)] + values + scales[1:])
    for x, y, *given in edges:
        rows.append([repr(float(x)), repr(float(y))] + [text(v) for v in given] + [''] * (11 - len(given)))
    with open(os.path.join(OUT, name + '.csv'), 'w') as file:
        file.write(','.join(['x', 'y'] + COLUMNS + [c + ' scale' for c in COLUMNS[1:]]) + '\n')
        for row in rows:
            file.write(','.join(row) + '\n')


class Draw:
    """Points of one table."""
    def __init__(self, name): self.r = random.Random(name)
    def sign(self): return self.r.choice((-1, 1))
    def even(self, a, b): return self.r.uniform(a, b)
    def power(self, a, b): return math.exp(self.r.uniform(math.log(a), math.log(b)))
    def both(self, a, b): return self.sign() * self.power(a, b)


def everywhere(d, first, second):
    """Pairs near 1, over all exponents, of like size, nearly equal; each kind in doubles and in floats."""
    found = []
    for k in range(24):
        for low, high, to in ((1e-300, 1e300, float), (1e-36, 1e36, single)):
            wide, x = d.power(low, high), d.power(low, high)
            found += [(to(first * x), to(second * wide)), (to(d.sign() * x), to(d.sign() * x * d.even(0.1, 10))), (to(d.both(0.01, 100)), to(d.both(0.01, 100)))]
            if k % 3 == 0:
                found += [(to(x), to(d.sign() * x)), (to(x), to(d.sign() * x * (1 + d.both(1e-15, 1e-2)))), (to(d.both(1e-3, 1e3)), to(wide)), (to(wide), to(d.both(1e-3, 1e3)))]
            first, second = d.sign(), d.sign()
    return found


def positive(points, which): return [tuple(abs(v) if i in which else v for i, v in enumerate(p)) for p in points]


# ---- polar ----
def hypot(x, y):
    r = m.sqrt(x * x + y * y)
    return r, x / r, y / r, y * y / r ** 3, -x * y / r ** 3, x * x / r ** 3


def atan2(y, x):
    s = x * x + y * y
    return m.atan2(y, x), x / s, -y / s, -2 * x * y / s ** 2, [y * y / s ** 2, -x * x / s ** 2], 2 * x * y / s ** 2


table('Hypot', hypot, everywhere(Draw('Hypot'), 1, 1) + [(1e5, 1e-3), (-3e-200, 1.0), (3.0, 4.0)],
      [(HUGE, HUGE, INF, 1 / m.sqrt(2), 1 / m.sqrt(2)), (1.7e308, 1.7e308, INF, 1 / m.sqrt(2), 1 / m.sqrt(2)), (TINY, TINY, None, 1 / m.sqrt(2), 1 / m.sqrt(2)),
       (0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (0, 2, 2, 0.0, 1, mpf(1) / 2, 0.0, 0.0), (-3, 0, 3, -1, 0.0, 0.0, 0.0, mpf(1) / 3),
       (INF, 1, INF, 1, 0.0, 0.0, 0.0, 0.0), (1, -INF, INF, 0.0, -1, 0.0, 0.0, 0.0), (INF, NAN, INF), (NAN, INF, INF), (NAN, 1, NAN)])
table('Atan2', atan2, everywhere(Draw('Atan2'), 1, 1),
      [(0, 1, 0.0, 1, 0.0, 0.0, -1, 0.0), (-0.0, 1, -0.0, 1), (0, -1, +m.pi, -1), (-0.0, -1, -m.pi, -1), (1, 0, m.pi / 2, 0.0, -1, 0.0, 1, 0.0), (1e-300, 0, m.pi / 2, 0.0, -1 / mpf(1e-300)), (1.7e308, 1.7e308, m.pi / 4),
       (1, INF, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (INF, 1, m.pi / 2, 0.0, 0.0, 0.0, 0.0, 0.0), (-1, -INF, -m.pi, 0.0, 0.0, 0.0, 0.0, 0.0), (INF, INF, m.pi / 4, 0.0, 0.0, 0.0, 0.0, 0.0), (NAN, 1, NAN)])


# ---- quotients and remainders ----
def divide(x, y): return x / y, 1 / y, -x / y ** 2, mpf(0), -1 / y ** 2, 2 * x / y ** 3


def remainder(whole): return lambda x, y: (x - y * whole(x / y), mpf(1), -whole(x / y), mpf(0), mpf(0), mpf(0))


def truncated(q): return m.floor(q) if q > 0 else m.ceil(q)


table('Divide', divide, everywhere(Draw('Divide'), 1, 1), [(0, 1e-200, 0.0, 1e200, 0.0, 0.0, None, 0.0), (0, -2, 0.0, -0.5, 0.0, 0.0, -0.25, 0.0), (1, INF, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (INF, 2, INF, 0.5, -INF), (1, 0, INF, INF, -INF, 0.0, -INF, INF)])
d = Draw('Mod')
near = [(x, y) for x, y in everywhere(d, 1, 1) if 1e-3 < abs(x / y) < 1e12] + [(n * y, y) for n, y in ((d.sign() * round(d.power(1, 1e6)), round(d.even(-3, 3), 1) or 0.1) for _ in range(40))] + [(1.0, 0.1)]
table('Mod', remainder(m.floor), near,
      [(-3, 2, 1, 1, 2), (3, -2, -1, 1, 2), (4, 2, 0.0, 1, -2), (-4, 2, 0.0, 1, 2), (4, -2, -0.0, 1, 2), (0, -2, -0.0, 1, 0.0), (-0.0, 2, 0.0, 1, 0.0), (5, INF, 5, 1, 0.0, 0.0, 0.0, 0.0), (-5, INF, INF, 1, 1, 0.0, 0.0, 0.0),
       (5, -INF, -INF, 1, 1), (-5, -INF, -5, 1, 0.0), (1, 0, NAN), (INF, 2, NAN), (NAN, 2, NAN), (2, NAN, NAN), (-1e-20, 1, 1, 1, 1), (1.7e308, -1.6e308, None, 1, 2)])
table('FMod', remainder(truncated), near, [(5, INF, 5, 1, 0.0, 0.0, 0.0, 0.0), (-5, INF, -5, 1, 0.0), (1, 0, NAN), (INF, 2, NAN), (-4, 2, -0.0, 1, 2), (1.7e308, -1.6e308, None, 1, 1)])


# ---- logarithms ----
def xlogy(x, y): return x * m.log(y), m.log(y), x / y, mpf(0), 1 / y, -x / y ** 2
def xlog1py(x, y): return x * m.log1p(y), m.log1p(y), x / (1 + y), mpf(0), 1 / (1 + y), -x / (1 + y) ** 2


def logaddexp(x, y):
    u, v = 1 / (1 + m.exp(y - x)), 1 / (1 + m.exp(x - y))
    large, small = max(x, y), m.log1p(m.exp(-abs(x - y)))
    return [large, small], u, v, u * v, -u * v, u * v


table('XLogY', xlogy, positive(everywhere(Draw('XLogY'), 1, 1), {1}),
      [(0, 0, 0.0, -INF, 0.0, 0.0, INF, 0.0), (0, 2, 0.0, m.log(2), 0.0, 0.0, 0.5, 0.0), (0, INF, 0.0, INF, 0.0, 0.0, 0.0, 0.0), (0, NAN, 0.0), (0, -1, 0.0), (1, 0, -INF, -INF, INF, 0.0, INF, -INF), (-1, 0, INF), (1, -1, NAN), (NAN, 2, NAN), (1, NAN, NAN), (INF, 2, INF), (2, INF, INF, INF, 0.0, 0.0, 0.0, 0.0)])
table('XLog1pY', xlog1py, positive(everywhere(Draw('XLog1pY'), 1, 1), {1}) + [(x, -y) for x, y in positive(everywhere(Draw('below'), 1, 1), {1}) if y < 0.999],
      [(0, -1, 0.0, -INF, 0.0, 0.0, INF, 0.0), (0, 2, 0.0, m.log(3), 0.0, 0.0, mpf(1) / 3, 0.0), (0, INF, 0.0, INF, 0.0), (0, NAN, 0.0), (1, -1, -INF, -INF, INF), (1, -2, NAN), (2, 1e-200, mpf(2) * mpf(1e-200), mpf(1e-200), 2)])
d = Draw('LogAddExp')
table('LogAddExp', logaddexp, [(x, y) for x, y in everywhere(d, 1, 1)] + [(to(x), to(x + d.even(-b, b))) for to in (float, single) for b in (2, 40, 100, 700) for x in [d.even(-b, b) for _ in range(8)]],
      [(-INF, -INF, -INF, 0.0, 0.0, 0.0, 0.0, 0.0), (INF, INF, INF, 0.5, 0.5), (INF, -INF, INF, 1, 0.0, 0.0, 0.0, 0.0), (-INF, 3, 3, 0.0, 1, 0.0, 0.0, 0.0), (3, -INF, 3, 1, 0.0, 0.0, 0.0, 0.0), (INF, 3, INF, 1, 0.0, 0.0, 0.0, 0.0),
       (NAN, 1, NAN), (1, NAN, NAN), (NAN, -INF, NAN), (-INF, NAN, NAN), (1000, 1000, 1000 + m.ln(2), 0.5, 0.5, 0.25, -0.25, 0.25)])


# ---- powers ----
def power(x, y):
    if x < 0:
        n = int(y)
        z = x ** n
        return z, n * x ** (n - 1), None, n * (n - 1) * x ** (n - 2), None, None
    log = m.log(x)
    if abs(y * log) > 1e5:
        return (None,) * 6
    z = m.exp(y * log)
    return z, y * z / x, z * log, y * (y - 1) * z / x ** 2, [z / x, y * z / x * log], z * log ** 2


d = Draw('Power')
points = positive(everywhere(d, 1, 1), {0})
for to, big in ((float, 690), (single, 80)):
    for _ in range(60):
        x = to(d.power(math.exp(-big), math.exp(big)))
        points += [(x, to(d.even(-1, 1) * big / abs(math.log(x)))), (to(d.power(0.2, 5)), to(d.even(-40, 40))), (x, to(d.both(1e-10, 1)))]
    points += [(to(x), float(n)) for x in (-2.5, -0.3, 3.7, 1e-20) for n in (-3, -2, -1, 0, 1, 2, 3, 4)]
L = -INF
table('Power', power, [p for p in points if p[0] > 0 or p[1] == round(p[1])],
      [(0, 0, 1, 0.0, 0.0, 0.0, None, 0.0), (0, 0.5, 0.0, INF, 0.0, L, L, 0.0), (0, 1, 0.0, 1, 0.0, 0.0, L, 0.0), (0, 1.5, 0.0, 0.0, 0.0, INF, 0.0, 0.0), (0, 2, 0.0, 0.0, 0.0, 2, 0.0, 0.0), (0, 3, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (0, -1, INF, L, L, INF, INF, INF),
       (INF, -1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (INF, 0.5, INF, 0.0, INF, 0.0, 0.0, INF), (INF, 1, INF, 1, INF, 0.0, INF, INF), (INF, 2, INF, INF, INF, 2, INF, INF), (0.5, INF, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (2, L, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
       (1e-160, 0, 1, 0.0, m.log(mpf(1e-160)), 0.0, None, None), (-2, 0.5, NAN), (NAN, 0, 1), (1, NAN, 1)])


# ---- activations ----
def elu(x, a): return (x, mpf(1), mpf(0), mpf(0), mpf(0), mpf(0)) if x > 0 else (a * m.expm1(x), a * m.exp(x), m.expm1(x), a * m.exp(x), m.exp(x), mpf(0))


d = Draw('Elu')
table('EluAlpha', elu, [(to(x), to(d.power(0.01, 100))) for to in (float, single) for x in [d.even(-80, 5) for _ in range(20)] + [d.both(1e-30, 1) for _ in range(20)]], [(0, 2, 0.0, 2, 0.0, 2, 1, 0.0), (L, 2, -2, 0.0, -1, 0.0, 0.0, 0.0)])
