#!/usr/bin/env python3
"""Writes tests/Properties/Data/*.csv: what the elementary and special functions and their first two derivatives are, to 30 digits, by mpmath.

Needs python3-mpmath (Debian). Deterministic: a second run writes the same files. `tables.py FOLDER FACTOR` writes to another folder, with as many times
more points.
Columns: x, value, first, second, first scale, second scale; pairs.py is for functions of two arguments. Arguments are doubles, written so that they are
read back exactly; many are floats as well, where single precision is compared. A field that is empty is not compared (a convention of ours, tested elsewhere, or
no derivative). A scale stands near an interior zero of a derivative g: |g| + |x g'|, the size that its error is relative to there."""
import math
import os
import random
import struct
import sys
from mpmath import mp, mpf, nstr, isinf, isnan
import mpmath as m

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, '..', '..', 'tests', 'Properties', 'Data')
FACTOR = int(sys.argv[2]) if len(sys.argv) > 2 else 1
INF, NAN, TINY, HUGE = math.inf, math.nan, 5e-324, 1.7976931348623157e308
MANY, FEW = 420, 70      # digits to work with: MANY lets 1 - x and the like keep 30 digits for every double, FEW is for slow functions
mp.dps = MANY
pi, root2, root2pi, rootpi = m.pi, lambda: m.sqrt(2), lambda: m.sqrt(2 * m.pi), lambda: m.sqrt(m.pi)


def even(a, b, n): return ('even', a, b, n)
def powers(a, b, n): return ('powers', a, b, n)
def both(a, b, n): return ('both', a, b, n)
def near(a, n): return ('near', a, None, n)      # on both sides, at distances on a scale of powers


def points(name, ranges):
    r, found = random.Random(name), []
    for kind, a, b, n in ranges:
        n *= FACTOR
        for i in range(n):
            t = (i + r.random()) / n
            if kind == 'even':
                found.append(a + t * (b - a))
            elif kind == 'near':
                found.append(a * (1 + math.copysign(10 ** (-15 * t - 1), r.random() - 0.5)))
            else:
                x = math.exp(math.log(a) + t * (math.log(b) - math.log(a)))
                found.append(-x if kind == 'both' and r.random() < 0.5 else x)
    return found


def single(x):
    """The nearest float."""
    return struct.unpack('f', struct.pack('f', x))[0] if abs(x) < 3.4028235e38 else math.copysign(math.inf, x)


LIMITS = [TINY, 1e-310, 2.2250738585072014e-308, HUGE, single(1e-45), single(1e-40), single(1.1754944e-38), single(3.4028234e38)]


def everywhere(name):
    """Over all exponents of double and of single precision, with the ends of both."""
    found = points(name + ' everywhere', [both(TINY, HUGE, 24)]) + [single(x) for x in points(name + ' singles', [both(1.5e-45, 3.4e38, 40)])]
    return found + LIMITS + [-x for x in LIMITS]


def text(v):
    if v is None:
        return ''
    if isinstance(v, str):
        return v
    v = mpf(v) if not isinstance(v, (mpf, m.mpc)) else v
    if isnan(v):
        return 'nan'
    if isinf(v):
        return 'inf' if v > 0 else '-inf'
    if abs(v) < mpf(10) ** -400:
        return '0.0'
    if abs(v) > mpf(10) ** 400:
        return 'inf' if v > 0 else '-inf'
    return nstr(v, 30, strip_zeros=True) if v != 0 else '0.0'


def real(g, x):
    v = g(x) if g else None
    return None if v is None else m.re(v)


def write(name, header, rows):
    with open(os.path.join(OUT, name + '.csv'), 'w') as f:
        f.write(header + '\n')
        for row in rows:
            f.write(','.join(row) + '\n')


def scale(g, x):
    """|g| + |x g'| if there is a zero of g within an eighth of x, or a quarter, and no pole between; else nothing."""
    at, d = abs(real(g, x)), min(abs(x) / 8, mpf(1) / 4)
    for k in range(3):
        a, b = real(g, x - d / 4 ** k), real(g, x + d / 4 ** k)
        if a * b < 0 and at < max(abs(a), abs(b)):
            return nstr(at + abs(x * m.re(m.diff(g, x))), 5)
    return ''


def unary(name, f, f1, f2, ranges, edges=(), digits=MANY, domain=(-INF, INF), zeros=False):
    """edges: (x, value, first, second), where a missing one is not compared; a number gets its value from the functions. zeros: have the derivatives any but at 0?"""
    rows = []
    mp.dps = digits
    low, high = domain
    drawn = points(name, ranges)
    drawn += everywhere(name) + [single(x) for x in drawn[::2]]
    for x in dict.fromkeys([x for x in drawn if low < x < high and x != 0] + [edge for edge in edges if not isinstance(edge, tuple)]):
        e = mpf(x)
        rows.append((x, [repr(x)] + [text(real(g, e)) for g in (f, f1, f2)] + [scale(g, e) if zeros else '' for g in (f1, f2)]))
    for x, *given in (edge for edge in edges if isinstance(edge, tuple)):
        given += [None] * (5 - len(given))
        rows.append((x, [repr(x)] + ['-0.0' if isinstance(v, float) and v == 0 and math.copysign(1, v) < 0 else text(v) for v in given]))
    rows.sort(key=lambda r: (not math.isnan(r[0]), r[0]))
    write(name, 'x,value,first,second,first scale,second scale', [r[1] for r in rows])


def sigmoid(x): return 1 / (1 + m.exp(-x))
def erfc(x): return m.erfc(x) if abs(x) < 1e4 else mpf(0 if x > 0 else 2)
def phi(x): return m.exp(-x * x / 2) / m.sqrt(2 * m.pi) if abs(x) < 1e4 else mpf(0)
def Phi(x): return erfc(-x / m.sqrt(2)) / 2
def hazard(x): return phi(x) / Phi(x)


# ---- arithmetic ----
unary('Negate', lambda x: -x, lambda x: mpf(-1), lambda x: mpf(0), [even(-3, 3, 10)], [(INF, -INF, -1.0), (-INF, INF, -1.0), (0.0, -0.0, -1.0), (NAN, NAN)])
unary('Abs', abs, lambda x: m.sign(x), lambda x: mpf(0), [even(-3, 3, 10)], [(INF, INF, 1.0), (-INF, INF, -1.0), (0.0, 0.0), (-0.0, 0.0), (NAN, NAN)])
unary('Relu', lambda x: max(x, mpf(0)), lambda x: mpf(x > 0), lambda x: mpf(0), [even(-3, 3, 10)], [(INF, INF, 1.0), (-INF, 0.0, 0.0), (0.0, 0.0), (NAN, NAN)])
unary('Square', lambda x: x * x, lambda x: 2 * x, lambda x: mpf(2), [even(-3, 3, 20)], [(INF, INF, INF, 2.0), (-INF, INF, -INF, 2.0), (0.0, 0.0, 0.0, 2.0), (-0.0, 0.0, 0.0, 2.0), (NAN, NAN)])
unary('Reciprocal', lambda x: 1 / x, lambda x: -1 / x ** 2, lambda x: 2 / x ** 3, [even(-3, 3, 30)], [(INF, 0.0, -0.0, 0.0), (-INF, -0.0, -0.0, 0.0), (0.0, INF, -INF, INF), (-0.0, -INF, -INF, -INF), (NAN, NAN)])

# ---- elementary ----
unary('Exp', m.exp, m.exp, m.exp, [even(-745, 709, 60), even(-2, 2, 40), both(1e-300, 1, 20), even(-104, 89, 30)], [0.0, 709.78, -745.1, 1.0, (710.0, INF, INF, INF), (INF, INF, INF, INF), (-INF, 0.0, 0.0, 0.0), (NAN, NAN, NAN, NAN), -746.0])
def exp2(x): return m.exp(x * m.ln(2)) if abs(x) > 2000 else mpf(2) ** x
unary('Exp2', exp2, lambda x: exp2(x) * m.ln(2), lambda x: exp2(x) * m.ln(2) ** 2, [even(-1074, 1023, 60), even(-2, 2, 40), even(-149, 128, 30)], [0.0, 0.5, 10.0, 1023.9, (1024.0, INF), (INF, INF, INF, INF), (-INF, 0.0, 0.0, 0.0), (NAN, NAN)])
unary('Expm1', m.expm1, m.exp, m.exp, [even(-50, 709, 60), even(-1, 1, 60), both(1e-300, 1, 30), even(-746, -30, 30), even(-104, 89, 30)], [TINY, (0.0, 0.0, 1.0, 1.0), (-0.0, -0.0, 1.0, 1.0), (INF, INF, INF, INF), (-INF, -1.0, 0.0, 0.0), (NAN, NAN)])
above0 = (0, INF)
unary('Log', m.log, lambda x: 1 / x, lambda x: -1 / x ** 2, [powers(1e-300, 1e300, 60), even(0.5, 2, 60), even(0.999, 1.001, 20)], [(0.0, -INF, INF, -INF), (-0.0, -INF), (1.0, 0.0, 1.0, -1.0), (-1.0, NAN), (INF, INF, 0.0, -0.0), (NAN, NAN), (TINY, m.log(mpf(TINY)))], domain=above0)
unary('Log2', lambda x: m.log(x) / m.ln(2), lambda x: 1 / (x * m.ln(2)), lambda x: -1 / (x ** 2 * m.ln(2)), [powers(1e-140, 1e140, 60), even(0.5, 2, 60)], [(0.0, -INF, INF, -INF), 8.0, (-1.0, NAN), (INF, INF, 0.0, 0.0), (NAN, NAN)], domain=above0)
unary('Log10', m.log10, lambda x: 1 / (x * m.ln(10)), lambda x: -1 / (x ** 2 * m.ln(10)), [powers(1e-140, 1e140, 60), even(0.5, 2, 60)], [5e-309, 1e308, single(2e38), (0.0, -INF, INF, -INF), 1000.0, (-1.0, NAN), (INF, INF, 0.0, 0.0), (NAN, NAN)], domain=above0)
unary('Log1p', m.log1p, lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2, [powers(1e-300, 1e150, 60), even(-0.999, 2, 60), even(-1e-3, 1e-3, 20), near(-1.0, 20)], [TINY, (0.0, 0.0, 1.0, -1.0), (-0.0, -0.0, 1.0, -1.0), (-1.0, -INF, INF, -INF), (-2.0, NAN), (INF, INF, 0.0, 0.0), (NAN, NAN)], domain=(-1, INF))
unary('Sqrt', m.sqrt, lambda x: 1 / (2 * m.sqrt(x)), lambda x: -1 / (4 * x * m.sqrt(x)), [powers(1e-200, 1e200, 60), even(0, 4, 30)], [(0.0, 0.0, INF, -INF), (-0.0, -0.0, INF, -INF), (-1.0, NAN), (INF, INF, 0.0, 0.0), (NAN, NAN)], domain=above0)
unary('Rsqrt', lambda x: 1 / m.sqrt(x), lambda x: -1 / (2 * x * m.sqrt(x)), lambda x: 3 / (4 * x * x * m.sqrt(x)), [powers(1e-120, 1e120, 60), even(0, 4, 30)], [(0.0, INF, -INF, INF), (-0.0, -INF), (-1.0, NAN), (INF, 0.0, -0.0, 0.0), (NAN, NAN)], domain=above0)
def cbrt(x): return m.sign(x) * m.cbrt(abs(x))
unary('Cbrt', cbrt, lambda x: 1 / (3 * cbrt(x) ** 2), lambda x: -2 / (9 * cbrt(x) ** 5), [both(1e-150, 1e150, 60), even(-4, 4, 30)], [(0.0, 0.0, INF, -INF), (-0.0, -0.0, INF, INF), 8.0, -27.0, (INF, INF, 0.0, 0.0), (-INF, -INF, 0.0, 0.0), (NAN, NAN)])
def density(x): return m.exp(-abs(x)) / (1 + m.exp(-abs(x))) ** 2      # σ(x)·σ(−x)
unary('Sigmoid', sigmoid, density, lambda x: -density(x) * m.tanh(x / 2), [even(-700, 40, 60), even(-5, 5, 60), even(-746, 746, 40), even(-104, 104, 40)], [(0.0, 0.5, 0.25, 0.0), (INF, 1.0, 0.0, 0.0), (-INF, 0.0, 0.0, 0.0), (NAN, NAN)])
unary('Softplus', lambda x: m.log1p(m.exp(-abs(x))) + max(x, 0), sigmoid, density, [even(-700, 700, 60), even(-5, 5, 60), even(-746, 746, 40), even(-104, 104, 40)], [(0.0, m.ln(2), 0.5, 0.25), (INF, INF, 1.0, 0.0), (-INF, 0.0, 0.0, 0.0), (NAN, NAN)])
unary('LogSigmoid', lambda x: min(x, 0) - m.log1p(m.exp(-abs(x))), lambda x: sigmoid(-x), lambda x: -density(x), [even(-700, 700, 60), even(-5, 5, 60), even(-746, 746, 40), even(-104, 104, 40)], [(0.0, -m.ln(2), 0.5, -0.25), (INF, 0.0, 0.0, 0.0), (-INF, -INF, 1.0, 0.0), (NAN, NAN)])

# ---- trigonometric and hyperbolic ----
angles = [even(-10, 10, 60), both(1e-300, 1e300, 40), even(1e4, 1e6, 20)]
unary('Sin', m.sin, m.cos, lambda x: -m.sin(x), angles, [(0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), TINY, math.pi, (INF, NAN), (NAN, NAN)])
unary('Cos', m.cos, lambda x: -m.sin(x), lambda x: -m.cos(x), angles, [(0.0, 1.0, 0.0, -1.0), math.pi / 2, (INF, NAN), (NAN, NAN)])
unary('Tan', m.tan, lambda x: 1 + m.tan(x) ** 2, lambda x: 2 * m.tan(x) * (1 + m.tan(x) ** 2), angles, [(0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), math.pi / 2, (INF, NAN), (NAN, NAN)])
unit, inside = [even(-1, 1, 60), both(1e-300, 1, 30), near(1.0, 20), near(-1.0, 20)], (-1, 1)
unary('Asin', m.asin, lambda x: 1 / m.sqrt(1 - x * x), lambda x: x / m.sqrt(1 - x * x) ** 3, unit, [(0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), (1.0, pi / 2, INF, INF), (-1.0, -pi / 2, INF, -INF), (1.5, NAN), (NAN, NAN)], domain=inside)
unary('Acos', m.acos, lambda x: -1 / m.sqrt(1 - x * x), lambda x: -x / m.sqrt(1 - x * x) ** 3, unit, [(0.0, pi / 2, -1.0, 0.0), (1.0, 0.0, -INF, -INF), (-1.0, +pi, -INF, INF), (1.5, NAN), (NAN, NAN), 0.9999999999999999], domain=inside)
unary('Atan', m.atan, lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2, [even(-4, 4, 60), both(1e-300, 1e70, 50), both(1e70, 1e170, 30), both(1e10, 1e25, 20)], [1.4e83, (0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), (INF, pi / 2, 0.0, 0.0), (-INF, -pi / 2, 0.0, 0.0), (NAN, NAN)])
unary('Sinh', m.sinh, m.cosh, m.sinh, [even(-709, 709, 50), even(-2, 2, 50), both(1e-300, 1, 20), even(88, 89.5, 10), near(710.4, 20)], [(0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), TINY, (INF, INF, INF, INF), (-INF, -INF, INF, -INF), (NAN, NAN)])
unary('Cosh', m.cosh, m.sinh, m.cosh, [even(-709, 709, 50), even(-2, 2, 50), even(88, 89.5, 10), near(710.4, 20)], [(0.0, 1.0, 0.0, 1.0), (INF, INF, INF, INF), (-INF, INF, -INF, INF), (NAN, NAN)])
def sech2(x): return m.sech(x) ** 2
unary('Tanh', m.tanh, sech2, lambda x: -2 * m.tanh(x) * sech2(x), [even(-20, 20, 60), even(-2, 2, 50), both(1e-300, 1, 20), even(-374, 374, 40), even(-53, 53, 40)], [20.0, (0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), TINY, (INF, 1.0, 0.0, 0.0), (-INF, -1.0, 0.0, 0.0), (NAN, NAN)])
unary('Asinh', m.asinh, lambda x: 1 / m.sqrt(1 + x * x), lambda x: -x / m.sqrt(1 + x * x) ** 3, [even(-4, 4, 60), both(1e-300, 1e100, 50), both(1e10, 1e20, 30)], [single(6e14), (0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), (INF, INF, 0.0, 0.0), (-INF, -INF, 0.0, 0.0), (NAN, NAN), (1e300, m.asinh(mpf(1e300)))])
unary('Acosh', m.acosh, lambda x: 1 / m.sqrt(x * x - 1), lambda x: -x / m.sqrt(x * x - 1) ** 3, [even(1, 4, 60), powers(1, 1e100, 50), near(1.0, 30), powers(1e10, 1e20, 20)], [(1.0, 0.0, INF, -INF), 1.0000000000000002, (0.5, NAN), (INF, INF, 0.0, 0.0), (NAN, NAN), (1e300, m.acosh(mpf(1e300)))], domain=(1, INF))
unary('Atanh', m.atanh, lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2, unit, [(0.0, 0.0, 1.0, 0.0), (-0.0, -0.0, 1.0, 0.0), (1.0, INF, INF, INF), (-1.0, -INF, INF, -INF), (1.5, NAN), (NAN, NAN), 0.9999999999999999], domain=inside)

# ---- activations ----
def silu2(x): return density(x) * (2 - x * m.tanh(x / 2))
unary('Silu', lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), silu2, [even(-690, 40, 50), even(-5, 5, 60), both(1e-300, 1, 20), even(-754, 754, 50), even(-110, 110, 50), near(2.399357280520547, 12), near(-1.2784645427610738, 12)], [(INF, INF, 1.0, 0.0), (-INF, -0.0, 0.0, 0.0), (NAN, NAN), (0.0, 0.0, 0.5, 0.5), (-0.0, -0.0, 0.5, 0.5)], zeros=True)
unary('Gelu', lambda x: x * Phi(x), lambda x: Phi(x) + x * phi(x), lambda x: (2 - x * x) * phi(x), [even(-38.4, 10, 80), even(-3, 3, 60), both(1e-300, 1, 20), even(-39, 39, 30), even(-15, 15, 30), near(math.sqrt(2), 12), near(-0.7517915247, 12)], [(INF, INF, 1.0, 0.0), (-INF, -0.0, 0.0, 0.0), (NAN, NAN), (0.0, 0.0, 0.5), (-0.0, -0.0, 0.5)], FEW, zeros=True)
b = lambda: m.sqrt(8 / m.pi)
def angle(x): return b() * (x + mpf(0.044715) * x ** 3)
def angle1(x): return b() * (1 + 3 * mpf(0.044715) * x ** 2)
def gelu_tanh1(x): return sigmoid(angle(x)) * (1 + x * angle1(x) * sigmoid(-angle(x)))
def gelu_tanh2(x): return density(angle(x)) * (b() * (2 + 12 * mpf(0.044715) * x ** 2) - x * angle1(x) ** 2 * m.tanh(angle(x) / 2))
unary('GeluTanh', lambda x: x * sigmoid(angle(x)), gelu_tanh1, gelu_tanh2, [even(-8, 8, 80), even(-2, 2, 60), both(1e-300, 1, 20), even(-22, 22, 60), even(-11, 11, 40), near(1.4, 8), near(-0.7524, 8)], [-20.0, (INF, INF, 1.0, 0.0), (-INF, -0.0, 0.0, 0.0), (NAN, NAN), (0.0, 0.0, 0.5), (-0.0, -0.0, 0.5)], zeros=True)
unary('Elu', lambda x: x if x > 0 else m.expm1(x), lambda x: mpf(1) if x > 0 else m.exp(x), lambda x: mpf(0) if x > 0 else m.exp(x), [even(-40, 40, 40), even(-2, 2, 40), both(1e-300, 1, 20), even(-746, 0, 30), even(-104, 0, 30)], [(INF, INF, 1.0, 0.0), (-INF, -1.0, 0.0, 0.0), (NAN, NAN), (0.0, 0.0, 1.0)])

# ---- error function ----
def erf1(x): return 2 / m.sqrt(m.pi) * m.exp(-x * x) if abs(x) < 1e4 else mpf(0)
unary('Erf', lambda x: m.erf(x) if abs(x) < 1e4 else m.sign(x), erf1, lambda x: -2 * x * erf1(x), [even(-6.5, 6.5, 80), even(-1, 1, 60), both(1e-300, 1, 30), even(-28, 28, 40)], [TINY, 1e-310, (0.0, 0.0), (-0.0, -0.0), (INF, 1.0, 0.0, 0.0), (-INF, -1.0, 0.0, 0.0), (NAN, NAN, NAN, NAN), 0.86, 26.5, 1e10], FEW)
unary('Erfc', erfc, lambda x: -erf1(x), lambda x: 2 * x * erf1(x), [even(-6.5, 26.6, 120), even(-1, 2, 60), even(26.5, 27.3, 20), both(1e-300, 1, 10), even(-28, 28, 30)], [0.5, -0.5, (0.0, 1.0), (INF, 0.0, -0.0, 0.0), (-INF, 2.0, -0.0, 0.0), (NAN, NAN, NAN, NAN), 28.0], FEW)
def erfinv(y):
    x = mpf(m.erfinv(y)) if abs(y) > 1e-30 else y * m.sqrt(m.pi) / 2
    for _ in range(6):
        x -= (m.erf(x) - y) / erf1(x)
    return x
unary('ErfInv', erfinv, lambda y: 1 / erf1(erfinv(y)), lambda y: 2 * erfinv(y) / erf1(erfinv(y)) ** 2, [even(-1, 1, 80), both(1e-300, 1, 40), near(1.0, 20), near(-1.0, 20)], [1 - 2.0 ** -k for k in (10, 20, 24, 30, 40, 50, 52, 53)] + [-1 + 2.0 ** -53, 0.5, TINY, (0.0, 0.0), (-0.0, -0.0), (1.0, INF, INF, INF), (-1.0, -INF, INF, -INF), (1.5, NAN), (-1.5, NAN), (NAN, NAN)], FEW, inside)

# ---- normal distribution ----
unary('NormalPdf', phi, lambda x: -x * phi(x), lambda x: (x * x - 1) * phi(x), [even(-38.5, 38.5, 80), even(-3, 3, 60), both(1e-300, 1, 10), even(-39, 39, 20), even(-15, 15, 30), near(1.0, 10), near(-1.0, 10)], [(0.0,) + (1 / root2pi(), 0.0), (INF, 0.0, 0.0, 0.0), (-INF, 0.0, 0.0, 0.0), (NAN, NAN, NAN, NAN)], zeros=True)
unary('NormalLogPdf', lambda x: -x * x / 2 - m.log(2 * m.pi) / 2, lambda x: -x, lambda x: mpf(-1), [even(-38.5, 38.5, 40), both(1e-300, 1e150, 30)], [(INF, -INF, -INF, -1.0), (-INF, -INF, INF, -1.0), (NAN, NAN)])
unary('NormalCdf', Phi, phi, lambda x: -x * phi(x), [even(-38.4, 9, 100), even(-3, 3, 60), both(1e-300, 1, 10), even(-39, 39, 20), even(-15, 15, 30)], [(0.0, 0.5), -1.0, 1.0, (INF, 1.0, 0.0, 0.0), (-INF, 0.0, 0.0, 0.0), (NAN, NAN, NAN, NAN)], FEW)
mp.dps = FEW
def log_cdf(x):
    return m.log(Phi(x)) if x < 5 else m.log1p(-Phi(-x))
def tails(x):
    """The first three of the nested fractions k / (−x + …) of Mills' ratio, where Φ is too small even for mpmath's exponents to be quick."""
    f = []
    fraction = -x
    for k in range(400, 0, -1):
        fraction = k / fraction
        f.append(fraction)
        fraction -= x
    return f[-1], f[-2], f[-3], f[-4]
def haz(x): return hazard(x) if x > -50 else tails(x)[0] - x
def above(x): return hazard(x) + x if x > -50 else tails(x)[0]
def log_cdf2(x): return log_cdf(x) if x > -50 else -x * x / 2 - m.log(2 * m.pi) / 2 - m.log(haz(x))
unary('NormalLogCdf', log_cdf2, haz, lambda x: -haz(x) * above(x), [even(-40, 10, 100), even(-3, 3, 60), even(-1e3, -40, 20), powers(10, 38, 10), even(-39, 39, 20), even(-15, 15, 20)], [-1e5, -1e10, -1e100, (0.0, -m.ln(2)), -1.0, 0.5, -5.0, -2.5, (INF, -0.0, 0.0, 0.0), (-INF, -INF, INF, -1.0), (NAN, NAN)], FEW)
def mills2(x):
    """2/|x|³ in the left tail, of terms that are 1."""
    if x > -50:
        return haz(x) * (above(x) ** 2 - 1 + haz(x) * above(x))
    e, r2, r3, r4 = tails(x)
    return (e - x) * e * e * r2 * (3 * r3 - 2 * r4 - x) / ((r3 - x) * (r4 - x))
unary('InverseMillsRatio', haz, lambda x: -haz(x) * above(x), mills2, [even(-40, 10, 80), even(-3, 3, 80), even(-39, 39, 30), even(-15, 15, 30)], [-1e5, -1e10, -5.0, -2.5, -1.0, (-INF, INF, -1.0, 0.0), (INF, 0.0, 0.0, 0.0), (NAN, NAN)], FEW)
def quantile(p): return m.sqrt(2) * erfinv(2 * p - 1) if p > 0.01 else tail(m.log(p))
def tail(y):     # Newton's iteration on log Φ
    x = -m.sqrt(-2 * y)
    for _ in range(40):
        step = (log_cdf2(x) - y) / haz(x)
        x -= step
        if abs(step) < abs(x) * mpf(10) ** -40:
            break
    return x
mp.dps = FEW
unary('NormalQuantile', quantile, lambda p: 1 / phi(quantile(p)), lambda p: quantile(p) / phi(quantile(p)) ** 2, [even(0, 1, 80), powers(1e-150, 0.1, 50), near(1.0, 20), near(0.5, 20)], [0.25, 0.75, (0.5, 0.0, root2pi(), 0.0), 1 - 2.0 ** -53, 1 - 2.0 ** -30, 0.5 + 2.0 ** -53, 0.5 - 2.0 ** -54, 1e-300, (0.0, -INF, INF, -INF), (1.0, INF, INF, INF), (-0.5, NAN), (1.5, NAN), (NAN, NAN)], FEW, (0, 1))
def quantile_of_log(y):
    return tail(y) if y < -4 else m.sqrt(2) * erfinv(2 * m.exp(y) - 1) if y < -1e-3 else -tail(m.log(-m.expm1(y)))
unary('NormalQuantileOfLog', quantile_of_log, lambda y: 1 / haz(quantile_of_log(y)), lambda y: above(quantile_of_log(y)) / haz(quantile_of_log(y)) ** 2, [even(-10, 0, 60), even(-1000, -10, 30)], [-1e5, -1e10, -1e308, -1e-10, -1e-17, -1.4, -0.7, -0.3, (-INF, -INF, 0.0, 0.0), (0.0, INF, INF, INF), (0.5, NAN), (NAN, NAN)], FEW, (-INF, 0))

# ---- gamma ----
mp.dps = FEW
def lgamma(x): return m.re(m.loggamma(x)) if x > 0 else m.log(abs(m.pi / m.sin(m.pi * x))) - m.loggamma(1 - x)
def psi(n, x): return m.psi(n, x) if x > -400 else None
def by_root(f, n):
    """The roots of log |Γ| or ψ between −n and −n + 1, and doubles near them."""
    a, b, found = mpf(-n) + mpf(10) ** -30, mpf(-n + 1) - mpf(10) ** -30, []
    for lo, hi in ([(a, (a + b) / 2), ((a + b) / 2, b)] if f is lgamma else [(a, b)]):
        if f(lo) * f(hi) < 0:
            for _ in range(250):
                mid = (lo + hi) / 2
                lo, hi = (mid, hi) if f(lo) * f(mid) > 0 else (lo, mid)
            r = float(lo)
            found += [r, r * (1 + 1e-12), r * (1 - 1e-7)]
    return [x for x in found if x != math.floor(x)]
lgamma_roots = sum((by_root(lgamma, n) for n in range(3, 16)), [])
psi_roots = sum((by_root(m.digamma, n) for n in list(range(1, 11)) + [20, 50]), [1.4616321449683623, 1.46, 1.4616321449])
wide = (-100, INF)
unary('Lgamma', lgamma, lambda x: m.psi(0, x), lambda x: m.psi(1, x), [powers(1e-300, 1e300, 50), even(0.01, 4, 60), even(4, 20, 20), even(0.99, 1.01, 10), even(1.99, 2.01, 10), even(-10, 0, 60), even(-100, -10, 20)], lgamma_roots + psi_roots + [-1e-300, -0.5, 0.5, 3.0, 9.0, 1.0000000000000002, 0.9999999999999999, 2.0000000000000004, 1.9999999999999998, -30.5, -29.5, -1234.5, (1.0, 0.0), (2.0, 0.0), (0.0, INF, -INF, INF), (-0.0, INF, INF, INF), (-1.0, INF, NAN, INF), (-100.0, INF, NAN, INF), (-1e300, INF), (INF, INF, INF, 0.0), (-INF, INF), (NAN, NAN)], FEW, wide, True)
unary('Digamma', lambda x: m.psi(0, x), lambda x: m.psi(1, x), lambda x: m.psi(2, x), [powers(1e-100, 1e100, 50), even(0.01, 4, 60), even(4, 20, 20), even(-10, 0, 60), even(-100, -10, 20)], psi_roots + [1.0, 2.0, 0.5, -0.5, 10.0, (0.0, -INF, INF, -INF), (-0.0, INF, INF, INF), (-1.0, NAN, INF), (-100.0, NAN, INF), (INF, INF, 0.0, 0.0), (-INF, NAN), (NAN, NAN)], FEW, wide, True)
for n in (1, 2, 3, 5, 10, 25):
    low = 10.0 ** (-300 / (n + 3)) * 10
    odd = n % 2 == 1
    edges = [1.0, 0.5, 2.0, 10.0, (0.0, INF if odd else -INF, -INF if odd else INF, INF if odd else -INF), (-0.0, INF), (-1.0, INF if odd else NAN, NAN if odd else INF), (INF, 0.0, 0.0, 0.0), (-INF, NAN), (NAN, NAN)]
    unary(f'Polygamma{n}', lambda x: m.psi(n, x), lambda x: m.psi(n + 1, x), lambda x: m.psi(n + 2, x), [powers(low, 1 / low, 50), even(0.01, 4, 50), even(4, 40, 20), even(-6, 0, 60), even(-50, -6, 10)], edges, FEW, wide, True)
