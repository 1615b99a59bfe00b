/* The kernels' C twins: the same arithmetic in the same order, in plain loops for the compiler's -O3.

   gcc -O3 -march=native -ffp-contract=off -fPIC -shared kernels.c -o kernels.so */

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

enum { WIDTH = 64, PAIR = 2 * WIDTH, TILE = 16 };

static inline size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

static void smooth(float *pairs, size_t n, float ratio, float smallest)
{
    for (size_t j = 0; j < WIDTH; j++)
        pairs[WIDTH + j] = pairs[j];
    for (size_t i = 1; i < n; i++) {
        float *at = pairs + i * PAIR;
        for (size_t j = 0; j < WIDTH; j++) {
            float carry = at[j - WIDTH];
            at[j + WIDTH] = at[j] + ratio * (carry > smallest ? carry : 0.0f);
        }
    }
    for (size_t i = n - 1; i-- > 0;) {
        float *at = pairs + i * PAIR;
        for (size_t j = 0; j < WIDTH; j++) {
            float carry = at[j + PAIR];
            float passed = ratio * (carry > smallest ? carry : 0.0f);
            at[j] += passed;
            at[j + WIDTH] += passed;
        }
    }
}

static void smooth_rows(const float *restrict field, size_t lines, size_t cols, float ratio,
                        float smallest, float *restrict pairs, float *restrict out)
{
    size_t whole = cols - cols % TILE;
    for (size_t left = 0; left < whole; left += TILE)
        for (size_t i = 0; i < lines; i++)
            for (size_t j = 0; j < TILE; j++)
                pairs[(left + j) * PAIR + i] = field[i * cols + left + j];
    for (size_t i = 0; i < lines; i++)
        for (size_t j = whole; j < cols; j++)
            pairs[j * PAIR + i] = field[i * cols + j];
    smooth(pairs, cols, ratio, smallest);
    for (size_t left = 0; left < whole; left += TILE)
        for (size_t i = 0; i < lines; i++)
            for (size_t j = 0; j < TILE; j++)
                out[i * cols + left + j] = pairs[(left + j) * PAIR + WIDTH + i];
    for (size_t i = 0; i < lines; i++)
        for (size_t j = whole; j < cols; j++)
            out[i * cols + j] = pairs[j * PAIR + WIDTH + i];
}

static void smooth_columns(float *restrict field, size_t rows, size_t cols, size_t start,
                           float ratio, float smallest, float *restrict pairs)
{
    size_t end = smaller(start + PAIR, cols);
    for (size_t i = 0; i < rows; i++)
        for (size_t col = start; col < end; col += WIDTH)
            for (size_t j = 0; j < smaller(WIDTH, end - col); j++)
                pairs[(col - start) * 2 * rows + i * PAIR + j] = field[i * cols + col + j];
    for (size_t col = start; col < end; col += WIDTH)
        smooth(pairs + (col - start) * 2 * rows, rows, ratio, smallest);
    for (size_t i = 0; i < rows; i++)
        for (size_t col = start; col < end; col += WIDTH)
            for (size_t j = 0; j < smaller(WIDTH, end - col); j++)
                field[i * cols + col + j] = pairs[(col - start) * 2 * rows + i * PAIR + WIDTH + j];
}

void decay_potential(const float *field, size_t rows, size_t cols, double decay, float *out,
                     float *scratch)
{
    float ratio = (float)exp(-decay), smallest = FLT_MIN / ratio;
    for (size_t row = 0; row < rows; row += WIDTH)
        smooth_rows(field + row * cols, smaller(WIDTH, rows - row), cols, ratio, smallest, scratch,
                    out + row * cols);
    for (size_t col = 0; col < cols; col += PAIR)
        smooth_columns(out, rows, cols, col, ratio, smallest, scratch);
}

/* The words of consecutive agents from agent 0, under a given key. */
void fill_words(uint32_t k0, uint32_t k1, uint32_t k, size_t n_quads, uint32_t *out)
{
    for (size_t q = 0; q < n_quads; q++) {
        uint32_t c0 = (uint32_t)q, c1 = (uint32_t)(q >> 32), c2 = k, c3 = 1, key0 = k0, key1 = k1;
        for (int round = 0; round < 10; round++) {
            uint64_t p0 = (uint64_t)0xD2511F53 * c0, p1 = (uint64_t)0xCD9E8D57 * c2;
            c0 = (uint32_t)(p1 >> 32) ^ c1 ^ key0;
            c1 = (uint32_t)p1;
            c2 = (uint32_t)(p0 >> 32) ^ c3 ^ key1;
            c3 = (uint32_t)p0;
            key0 += 0x9E3779B9;
            key1 += 0xBB67AE85;
        }
        out[4 * q] = c0;
        out[4 * q + 1] = c1;
        out[4 * q + 2] = c2;
        out[4 * q + 3] = c3;
    }
}
