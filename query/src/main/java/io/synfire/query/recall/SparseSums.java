package io.synfire.query.recall;

import io.synfire.engine.view.ConceptHash;

/**
 * Sums by concept, where few of many concepts have one: open addressing, key and sum beside each other. Used for one question.
 *
 * <p>Rows and other sums come in the order of this very hash. That order crowds a table which grows meanwhile: all go to its
 * beginning, each behind all before it, which is quadratic. So there must be room for all of them first; see {@link #reserve}.
 */
final class SparseSums {

    private static final int SLOTS_MIN = 64;

    /** Slot by slot, concept + 1, or 0 if it is empty; then the sum's bits: beside each other, since each slot is a cache miss. */
    private long[] slots = new long[2 * SLOTS_MIN];

    private final int multiplier;
    private int size;
    private long looks;

    SparseSums(ConceptHash hash) {
        this.multiplier = hash.multiplier();
    }

    /** Makes room for so many more, if there is less: before a row or other sums are added. */
    void reserve(int more) {
        int count = slots();
        while (count < (size + (long) more) * 2) {
            count *= 2;
        }
        if (count > slots()) {
            resize(count);
        }
    }

    /** How many slots were looked at to find places: what adding costs, for tests to count. */
    long looks() {
        return looks;
    }

    int size() {
        return size;
    }

    void add(int concept, double value) {
        int slot = slot(concept);
        if (slots[2 * slot] == 0) {
            if ((size + 1) * 2 > slots()) {
                resize(2 * slots());
                slot = slot(concept);
            }
            slots[2 * slot] = concept + 1L;
            size++;
        }
        set(slot, sum(slot) + value);
    }

    double get(int concept) {
        return sum(slot(concept));
    }

    /** How many slots there are, to go through; the sum of an empty one is 0. */
    int slots() {
        return slots.length / 2;
    }

    /** The concept of a slot, or -1. */
    int concept(int slot) {
        return (int) slots[2 * slot] - 1;
    }

    double sum(int slot) {
        return Double.longBitsToDouble(slots[2 * slot + 1]);
    }

    void set(int slot, double sum) {
        slots[2 * slot + 1] = Double.doubleToRawLongBits(sum);
    }

    private void resize(int count) {
        long[] before = slots;
        slots = new long[2 * count];
        for (int i = 0; i < before.length; i += 2) {
            if (before[i] != 0) {
                int slot = slot((int) before[i] - 1);
                slots[2 * slot] = before[i];
                slots[2 * slot + 1] = before[i + 1];
            }
        }
    }

    private int slot(int concept) {
        int mask = slots() - 1;
        int slot = (concept * multiplier) >>> Integer.numberOfLeadingZeros(mask);
        looks++;
        while (slots[2 * slot] != 0 && slots[2 * slot] != concept + 1L) {
            slot = slot + 1 & mask;
            looks++;
        }
        return slot;
    }
}
