// Bundle adjustment: residuals of all observations and their sparse Jacobian, by hand; observations are shared out over the threads.
//
// With a = |r|, s = sin a / a, c = (1 − cos a)/a², Y = X − C:  X' = cos a · Y + s · r×Y + c (r·Y) r,  and for a direction of r,
//   dX'/dr_j = −s r_j Y + s' r_j (r×Y) + s e_j×Y + c (Y_j r + (r·Y) e_j) + c' r_j (r·Y) r,   s' = (cos a − s)/a²,  c' = (s − 2c)/a².
#include "bench.hpp"

struct Problem {
    int n, m, p;
    Numbers cameras, points, weights, features;
    explicit Problem(const char* path) {
        Reader file(path);
        n = file.whole(), m = file.whole(), p = file.whole();
        auto repeated = [&](int count, int times) {
            Numbers one = file.next(count), all;
            for (int i = 0; i < times; i++) all.insert(all.end(), one.begin(), one.end());
            return all;
        };
        cameras = repeated(11, n), points = repeated(3, m), weights = repeated(1, p), features = repeated(2, p);
    }
};

static inline void cross(const double* a, const double* b, double* out) {
    out[0] = a[1] * b[2] - a[2] * b[1], out[1] = a[2] * b[0] - a[0] * b[2], out[2] = a[0] * b[1] - a[1] * b[0];
}

// Two residuals; with a Jacobian, its 2 × 15 entries: camera (rotation, centre, focal length, principal point, radial), point, weight.
template <bool Jacobian> static inline void observe(const double* camera, const double* X, double w, const double* feature, double* residual, double* jacobian) {
    const double *r = camera, *centre = camera + 3, *u0 = camera + 7;
    const double f = camera[6], k1 = camera[9], k2 = camera[10];
    const double Y[3] = {X[0] - centre[0], X[1] - centre[1], X[2] - centre[2]};
    double rY[3];
    cross(r, Y, rY);
    const double square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], dot = r[0] * Y[0] + r[1] * Y[1] + r[2] * Y[2];
    double cosine = 1, s = 1, c = 0, ds = 0, dc = 0;   // the limit at no rotation, to first order, as the suite has it
    if (square != 0) {
        const double angle = std::sqrt(square), inverse = 1 / square;
        cosine = std::cos(angle), s = std::sin(angle) / angle, c = (1 - cosine) * inverse;
        ds = (cosine - s) * inverse, dc = (s - 2 * c) * inverse;
    }
    double T[3];
    for (int i = 0; i < 3; i++) T[i] = cosine * Y[i] + s * rY[i] + c * dot * r[i];
    const double z = 1 / T[2], p[2] = {T[0] * z, T[1] * z}, q = p[0] * p[0] + p[1] * p[1];
    const double radial = 1 + q * (k1 + k2 * q), fw = f * w;
    const double e[2] = {f * radial * p[0] + u0[0] - feature[0], f * radial * p[1] + u0[1] - feature[1]};
    residual[0] = w * e[0], residual[1] = w * e[1];
    if (!Jacobian) return;

    // ∂residual/∂p is symmetric; then ∂p/∂T.
    const double slope = 2 * (k1 + 2 * k2 * q);
    const double d00 = fw * (radial + slope * p[0] * p[0]), d01 = fw * slope * p[0] * p[1], d11 = fw * (radial + slope * p[1] * p[1]);
    const double G[2][3] = {{d00 * z, d01 * z, -(d00 * p[0] + d01 * p[1]) * z}, {d01 * z, d11 * z, -(d01 * p[0] + d11 * p[1]) * z}};
    for (int row = 0; row < 2; row++) {
        const double* g = G[row];
        double* out = jacobian + 15 * row;
        const double gY = g[0] * Y[0] + g[1] * Y[1] + g[2] * Y[2], gr = g[0] * r[0] + g[1] * r[1] + g[2] * r[2], grY = g[0] * rY[0] + g[1] * rY[1] + g[2] * rY[2];
        double Yg[3], gxr[3];
        cross(Y, g, Yg);   // g · (e_j × Y) = (Y × g)_j
        cross(g, r, gxr);  // g · (r × e_j) = (g × r)_j
        const double along = square != 0 ? -s * gY + ds * grY + dc * dot * gr : 0, cgr = c * gr, cdot = c * dot;
        for (int j = 0; j < 3; j++) {
            out[j] = along * r[j] + s * Yg[j] + cgr * Y[j] + cdot * g[j];
            const double dX = cosine * g[j] + s * gxr[j] + cgr * r[j];
            out[3 + j] = -dX;
            out[11 + j] = dX;
        }
        out[6] = w * radial * p[row];
        out[7] = row == 0 ? w : 0, out[8] = row == 1 ? w : 0;
        out[9] = fw * q * p[row], out[10] = fw * q * q * p[row];
        out[14] = e[row];
    }
}

template <bool Jacobian> static void evaluate(const Problem& p, double* residuals, double* jacobian) {
#pragma omp parallel for schedule(static)
    for (int i = 0; i < p.p; i++) {
        observe<Jacobian>(&p.cameras[(size_t)(i % p.n) * 11], &p.points[(size_t)(i % p.m) * 3], p.weights[i], &p.features[(size_t)i * 2], residuals + (size_t)i * 2, jacobian + (size_t)i * 30);
        residuals[(size_t)p.p * 2 + i] = 1 - p.weights[i] * p.weights[i];
        if (Jacobian) jacobian[(size_t)p.p * 30 + i] = -2 * p.weights[i];
    }
}

int main(int argc, char** argv) {
    Options options(argc, argv);
    Problem problem(options.file);
    Numbers residuals((size_t)problem.p * 3), jacobian((size_t)problem.p * 31);
    double function = median_seconds(options.seconds, [&] { evaluate<false>(problem, residuals.data(), jacobian.data()); });
    double with_jacobian = median_seconds(options.seconds, [&] { evaluate<true>(problem, residuals.data(), jacobian.data()); });
    double objective = 0;
    for (double r : residuals) objective += r * r;
    print(options, objective, jacobian, function, with_jacobian);
}
