package io.synfire.engine.memory;

import io.synfire.engine.learn.Evidence;
import io.synfire.engine.learn.ForwardDecay;
import io.synfire.engine.learn.Landmarks;
import io.synfire.engine.store.Remaining;
import io.synfire.engine.store.StoredMarginal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The marginals of all concepts, and the sums of the whole memory, as one generation of them. All of a concept lies side by side, for it is
 * looked at together, and each look may be a miss of the cache: when it last fired, the count and the checksum of what remains of it, then
 * M, O and I per horizon, as the bits of doubles.
 *
 * <p>Rows lie in {@link SharedPages}. A page names the landmarks that its sums are kept at. They are at most as late as those of the
 * generation, and the page moves to these when the writer next adds to one of its concepts. So a landmark costs nothing for a concept that
 * does not fire. Whoever reads a sum gets it at the landmarks of the generation, moved or not: moving is exact, so that the two are the same.
 *
 * <p>The newest generation belongs to the writer; an older one never changes, and may be read by any thread to which it was published.
 */
final class MarginalRows {

    static final int MASS = 0;
    static final int FROM = 1;
    static final int TO = 2;

    /** Small, since all rows of a page are copied when one of them changes for the first time in a generation. */
    private static final int ROW_BITS = 1;

    private static final int ROWS = 1 << ROW_BITS;

    private static final int LAST_MS = 0;
    private static final int COUNT = 1;
    private static final int CHECKSUM = 2;
    private static final int EXACT = 3;
    private static final int SUMS = 3;

    private final Landmarks landmarks;
    private final double[][] whole;
    private final int horizons;
    private final int width;

    /** What comes before the rows of a page: what the pages need, and a landmark per horizon. */
    private final int header;

    private final SharedPages pages;

    /** Rows of nothing yet, beside the sums of the whole memory by horizon. */
    MarginalRows(Landmarks landmarks, double[][] whole) {
        this(landmarks, whole, new SharedPages());
    }

    private MarginalRows(Landmarks landmarks, double[][] whole, SharedPages pages) {
        this.landmarks = landmarks;
        this.whole = whole;
        this.horizons = whole.length;
        this.width = EXACT + SUMS * horizons;
        this.header = SharedPages.HEADER + horizons;
        this.pages = pages;
    }

    Landmarks landmarks() {
        return landmarks;
    }

    /** What it takes on the heap. */
    long bytes() {
        return pages.bytes(pageLength());
    }

    /** The sums of the whole memory; the writer may add to them. */
    double[] whole(int horizon) {
        return whole[horizon];
    }

    /** Makes room for so many concepts. */
    void growTo(int concepts) {
        while (pages.count() << ROW_BITS < concepts) {
            pages.add(newPage());
        }
    }

    /** The next generation, in which all values are the same; this one changes no more. Costs nothing that grows with the concepts that rest. */
    MarginalRows next() {
        return new MarginalRows(
                landmarks, Arrays.stream(whole).map(double[]::clone).toArray(double[][]::new), pages.next());
    }

    /** The next generation, with its sums at other landmarks; this one changes no more. Looks at no concept. */
    MarginalRows movedTo(Landmarks to) {
        double[] moves = landmarks.moves(to);
        double[][] moved = new double[horizons][];
        for (int h = 0; h < horizons; h++) {
            double move = moves[h];
            moved[h] = Arrays.stream(whole[h]).map(sum -> sum * move).toArray();
        }
        return new MarginalRows(to, moved, pages.next());
    }

    /** Takes over what was stored of a concept. */
    void load(int concept, StoredMarginal marginal) {
        long[] page = pageToWrite(concept);
        double[] moves = marginal.landmarks().moves(landmarks);
        for (int h = 0; h < horizons; h++) {
            page[at(concept, h, MASS)] = Double.doubleToRawLongBits(marginal.mass(h) * moves[h]);
            page[at(concept, h, FROM)] = Double.doubleToRawLongBits(marginal.potentiationFrom(h) * moves[h]);
            page[at(concept, h, TO)] = Double.doubleToRawLongBits(marginal.potentiationTo(h) * moves[h]);
        }
        int row = row(concept);
        page[row + LAST_MS] = marginal.lastMs();
        page[row + COUNT] = marginal.remaining().count();
        page[row + CHECKSUM] = marginal.remaining().checksum();
    }

    /** What is stored of a concept. */
    StoredMarginal stored(int concept) {
        double[] sums = new double[SUMS * horizons];
        for (int h = 0; h < horizons; h++) {
            for (int which = 0; which < SUMS; which++) {
                sums[SUMS * h + which] = sum(concept, h, which);
            }
        }
        return new StoredMarginal(landmarks, sums, lastMs(concept), remaining(concept));
    }

    /** A sum at the landmarks of this generation; 0 of a concept that came after it. */
    double sum(int concept, int horizon, int which) {
        long[] page = page(concept);
        return page == null ? 0 : sum(page, at(concept, horizon, which), horizon);
    }

    /** The same of a concept that is known; 0 of any other. */
    double shown(int concept, int horizon, int which) {
        long[] page = page(concept);
        return page == null || !isKnown(page, row(concept)) ? 0 : sum(page, at(concept, horizon, which), horizon);
    }

    private double sum(long[] page, int at, int horizon) {
        double sum = Double.longBitsToDouble(page[at]);
        long kept = page[SharedPages.HEADER + horizon];
        return kept == landmarks.index(horizon) ? sum : sum * ForwardDecay.move(kept, landmarks.index(horizon));
    }

    /**
     * Adds an activation to M and to what remains, or takes it back where the sign is -1; {@code growth[h]} is what a unit is worth, and
     * {@code hash} stands for the activation, both with that sign.
     *
     * @return how many concepts more are known: 1, 0 or -1
     */
    int activate(int concept, double strength, int sign, long hash, double[] growth, long atMs) {
        long[] page = pageToWrite(concept);
        int row = row(concept);
        boolean wasKnown = isKnown(page, row);
        page[row + COUNT] += sign;
        page[row + CHECKSUM] += hash;
        if (sign > 0) {
            page[row + LAST_MS] = Math.max(page[row + LAST_MS], atMs);
        }
        for (int h = 0; h < horizons; h++) {
            add(page, row + EXACT + SUMS * h + MASS, strength * growth[h]);
        }
        return (isKnown(page, row) ? 1 : 0) - (wasKnown ? 1 : 0);
    }

    /**
     * Looks at what will be added to of a concept, and does nothing with it.
     *
     * @return of no meaning
     */
    long fetchAhead(int concept) {
        long[] page = page(concept);
        return page == null ? 0 : page[row(concept) + LAST_MS];
    }

    /** Adds to O and I. */
    void addPotentiation(int concept, double from, double to, double[] growth) {
        long[] page = pageToWrite(concept);
        int row = row(concept);
        for (int h = 0; h < horizons; h++) {
            add(page, row + EXACT + SUMS * h + FROM, from * growth[h]);
            add(page, row + EXACT + SUMS * h + TO, to * growth[h]);
        }
    }

    private static void add(long[] page, int at, double addition) {
        page[at] = Double.doubleToRawLongBits(Evidence.sumOfDoubles(Double.longBitsToDouble(page[at]), addition));
    }

    /** When a concept last fired; 0 of one that came after this generation. */
    long lastMs(int concept) {
        long[] page = page(concept);
        return page == null ? 0 : page[row(concept) + LAST_MS];
    }

    Remaining remaining(int concept) {
        long[] page = page(concept);
        return page == null
                ? Remaining.NOTHING
                : new Remaining(page[row(concept) + COUNT], page[row(concept) + CHECKSUM]);
    }

    /** Whether any activation of a concept remains. Of one that came after this generation none does. */
    boolean isKnown(int concept) {
        long[] page = page(concept);
        return page != null && isKnown(page, row(concept));
    }

    private static boolean isKnown(long[] page, int row) {
        return (page[row + COUNT] | page[row + CHECKSUM]) != 0;
    }

    /** Leaves nothing of a concept. */
    void clear(int concept) {
        Arrays.fill(pageToWrite(concept), row(concept), row(concept) + width, 0);
    }

    /** Gives back the page of a concept if nothing is in it, nor of those beside it. It is there again when something comes. */
    void release(int concept) {
        long[] page = pages.find(concept >>> ROW_BITS);
        if (page == null) {
            return;
        }
        for (int at = header; at < page.length; at++) {
            if (page[at] != 0) {
                return;
            }
        }
        pages.remove(concept >>> ROW_BITS);
    }

    /** The page of a concept, as it is; null if it came after this generation, or nothing is in it. Generations share what did not change between them. */
    long @Nullable [] page(int concept) {
        return pages.find(concept >>> ROW_BITS);
    }

    /** The page of a concept, at the landmarks of this generation and of no other. */
    private long[] pageToWrite(int concept) {
        long[] page = page(concept);
        if (page == null) {
            // It was released.
            page = newPage();
            pages.replace(concept >>> ROW_BITS, page);
        }
        return pages.isOwn(page) ? page : copied(concept, page);
    }

    private long[] newPage() {
        long[] page = new long[pageLength()];
        setLandmarks(page);
        return page;
    }

    private long[] copied(int concept, long[] page) {
        long[] copy = page.clone();
        move(copy);
        pages.replace(concept >>> ROW_BITS, copy);
        return copy;
    }

    private void move(long[] page) {
        for (int h = 0; h < horizons; h++) {
            long kept = page[SharedPages.HEADER + h];
            if (kept == landmarks.index(h)) {
                continue;
            }
            double move = ForwardDecay.move(kept, landmarks.index(h));
            for (int sums = header + EXACT + SUMS * h; sums < page.length; sums += width) {
                for (int at = sums; at < sums + SUMS; at++) {
                    page[at] = Double.doubleToRawLongBits(Double.longBitsToDouble(page[at]) * move);
                }
            }
        }
        setLandmarks(page);
    }

    private void setLandmarks(long[] page) {
        for (int h = 0; h < horizons; h++) {
            page[SharedPages.HEADER + h] = landmarks.index(h);
        }
    }

    private int pageLength() {
        return header + ROWS * width;
    }

    private int row(int concept) {
        return header + width * (concept & ROWS - 1);
    }

    private int at(int concept, int horizon, int which) {
        return row(concept) + EXACT + SUMS * horizon + which;
    }
}
