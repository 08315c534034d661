#!/usr/bin/env python3
"""Writes tests/Properties/Data/Orders/*.csv: published test functions and their first four derivatives, to 30 digits, by mpmath's Taylor series.

Needs python3-mpmath (Debian). Deterministic. Columns: x, value, first, second, third, fourth."""
import os
import random
from mpmath import mp, mpf, nstr, taylor, factorial, exp, sin, cos, pi

mp.dps = 50
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'tests', 'Properties', 'Data', 'Orders')


def bessel(x):
    # J₀ as the mean that the test computes: Bessel's integral by the midpoint rule, which converges geometrically.
    n = 16
    return sum(cos(x * sin(pi * (k + mpf(1) / 2) / n)) for k in range(n)) / n


FUNCTIONS = {
    'Runge': (lambda x: 1 / (1 + 25 * x * x), -1, 1),                                           # Runge 1901
    'WitchOfAgnesi': (lambda x: 8 / (x * x + 4), -3, 3),                                        # Agnesi 1748
    'Bessel': (bessel, -4, 4),                                                                  # Bessel 1824
    'Planck': (lambda x: x ** 3 / (exp(x) - 1), mpf('0.2'), 6),                                 # Planck 1901
    'Gompertz': (lambda x: exp(-2 * exp(-x)), -2, 3),                                           # Gompertz 1825
    'Forrester': (lambda x: (6 * x - 2) ** 2 * sin(12 * x - 4), 0, 1),                          # Forrester, Sobester, Keane 2008
    'GramacyLee': (lambda x: sin(10 * pi * x) / (2 * x) + (x - 1) ** 4, mpf('0.5'), mpf('2.5')),  # Gramacy and Lee 2012
    'LennardJones': (lambda x: 4 * (x ** -12 - x ** -6), mpf('0.9'), 3),                        # Lennard-Jones 1924
}

os.makedirs(OUT, exist_ok=True)
for name, (f, low, high) in FUNCTIONS.items():
    draw = random.Random(name)
    with open(os.path.join(OUT, name + '.csv'), 'w', newline='\n') as file:
        file.write('x,value,first,second,third,fourth\n')
        for _ in range(20):
            x = float(low) + draw.random() * float(high - low)
            series = taylor(f, mpf(x), 4)
            file.write(','.join([repr(x)] + [nstr(c * factorial(k), 30) for k, c in enumerate(series)]) + '\n')
