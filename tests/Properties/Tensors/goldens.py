"""Writes goldens.json: arrays and how NumPy prints them. Run with NumPy 1.22 or later: python3 goldens.py > goldens.json"""
import json
import numpy as np

random = np.random.default_rng(1)
dtypes = {"Float64": np.float64, "Float32": np.float32, "Int64": np.int64, "Int32": np.int32, "Bool": np.bool_}


def shape():
    rank = int(random.integers(0, 5))
    return tuple(int(n) for n in random.integers(0 if random.random() < 0.05 else 1, 7 if rank < 3 else 4, size=rank))


def reals(size):
    kind = random.integers(0, 9)
    values = random.standard_normal(size)
    if kind == 0:
        values = np.round(values * 10)
    elif kind == 1:
        values = np.round(values, int(random.integers(1, 6)))
    elif kind == 2:
        values = values * 10.0 ** random.integers(-12, 12)
    elif kind == 3:
        values = values * 10.0 ** random.uniform(-3, 3, size)
    elif kind == 4:
        values = values * 10.0 ** random.uniform(-150, 150, size)
    elif kind == 5:
        values = random.integers(-4096, 4096, size) / 512.0          # halves at the ninth place
    elif kind == 6:
        values = random.integers(-9, 9, size) * 1000000000.0 + 5.0   # halves at the ninth digit
    elif kind == 7:
        values = np.where(random.random(size) < 0.4, -0.0, np.round(values, 2))
    special = random.random(size)
    if random.random() < 0.3:
        values = np.where(special < 0.1, np.nan, np.where(special < 0.2, np.inf, np.where(special < 0.25, -np.inf, values)))
    return values


def array(dtype):
    dims = shape()
    size = int(np.prod(dims))
    if dtype.startswith("Float"):
        with np.errstate(over="ignore"):
            data = reals(size).astype(dtypes[dtype])
    elif dtype == "Bool":
        data = random.random(size) < random.choice([0, 0.5, 1])
    else:
        data = (random.standard_normal(size) * 10.0 ** random.integers(0, 9)).astype(dtypes[dtype])
    return data.reshape(dims)


def case(dtype, values):
    data = [int(v) for v in values.ravel()] if not dtype.startswith("Float") else [repr(float(v)) for v in values.ravel()]
    return {"dtype": dtype, "shape": list(values.shape), "data": data, "text": str(values)}


def counted(dims, scale):
    values = np.arange(int(np.prod(dims)), dtype=np.float64).reshape(dims) * scale
    return {"dtype": "Float64", "shape": list(dims), "scale": scale, "text": str(values)}


cases = [case(dtype, array(dtype)) for dtype in dtypes for _ in range(80 if dtype.startswith("Float") else 20)]
cases += [counted(dims, scale) for scale in (1.0, -0.5, 1e-3, 1e7) for dims in
          [(1000,), (1001,), (5000,), (40, 50), (3, 500), (500, 3), (12, 10, 10), (2, 30, 40), (7, 7, 7, 7), (1, 2000, 1)]]
print("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]")
