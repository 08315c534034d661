#!/usr/bin/env python3
"""Prints the polynomials of src/Autodiff.Functional/Kernels/Functions: Chebyshev interpolation at 50 digits, in the variable
u of [-1, 1], lowest power first. Needs python3-mpmath (Debian)."""
from mpmath import mp, mpf, chebyfit, erf, erfc, exp, loggamma, digamma, findroot, sqrt, nstr, diff, pi, euler, zeta, tanh, taylor

mp.dps = 50
root = findroot(digamma, mpf('1.4616321449683623'))


def erf_over_x(u):
    z = (u + 1) * mpf('0.375')              # x² of [0, 0.75]
    x = sqrt(z)
    return 2 / sqrt(pi) if z < mpf(10) ** -30 else erf(x) / x


def scaled_erfc(u):
    # Shepherd and Laframboise 1981, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 <= x < infinity": one variable for all x.
    if u > 1 - mpf(10) ** -20:
        return 2 / sqrt(pi)
    x = mpf('3.75') * (1 + u) / (1 - u)
    return (1 + 2 * x) * (exp(x * x) * erfc(x) if x < 2000 else (1 - 1 / (2 * x * x) + 3 / (4 * x ** 4) - 15 / (8 * x ** 6)) / (x * sqrt(pi)))


def gamma12(u):
    s = (u + 1) / 2                          # x = 1 + s: lgamma / (s(s - 1))
    d = s * (s - 1)
    return loggamma(1 + s) / d if abs(d) > mpf(10) ** -25 else (-euler / -1 if s < 0.5 else (1 - euler))


def gamma23(u):
    s = (u + 1) / 2                          # x = 2 + s: lgamma / (s(s + 1))
    return loggamma(2 + s) / (s * (s + 1)) if s > mpf(10) ** -25 else 1 - euler


def digamma12(u):
    x = 1 + (u + 1) / 2
    return digamma(x) / (x - root) if abs(x - root) > mpf(10) ** -20 else zeta(2, root)


def tanh_near_zero(z):                      # z = x² of [0, 0.55²]: (tanh x − x)/x³
    x = sqrt(z)
    return (tanh(x) / x - 1) / z if z > mpf(10) ** -12 else -mpf(1) / 3 + 2 * z / 15


def inverse_mills(x):
    return exp(-x * x / 2) / sqrt(2 * pi) / (erfc(-x / sqrt(2)) / 2)


for name, f in [('erf_over_x', erf_over_x), ('scaled_erfc', scaled_erfc), ('gamma12', gamma12), ('gamma23', gamma23), ('digamma12', digamma12)]:
    n = 6
    while True:
        p, e = chebyfit(f, [-1, 1], n, error=True)
        if e < mpf(2) ** -57 * abs(f(mpf('0.1'))) or n > 40:
            break
        n += 1
    print(f'// {name}: {n} coefficients, error {nstr(e, 3)}')
    print(',\n'.join(f'        {nstr(c, 20)}' for c in reversed(p)))
hi = float(root)
print('root of digamma', repr(hi), nstr(root - mpf(hi), 20))
print('inverse_mills at -0.75:', [nstr(c, 20) for c in taylor(inverse_mills, mpf('-0.75'), 50)])
for n in (5, 11):
    print('tanh_near_zero in x²:', [nstr(c, 20) for c in reversed(chebyfit(tanh_near_zero, [0, mpf('0.3025')], n))])
