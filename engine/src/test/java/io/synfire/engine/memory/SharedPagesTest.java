package io.synfire.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Generations of pages against plain copies of all of them. */
final class SharedPagesTest {

    private static final int LENGTH = 5;

    @Test
    void eachGenerationKeepsWhatWasThereWhenTheNextWasMade() {
        long seed = 20261127;
        System.out.println("seed " + seed);
        SplittableRandom random = new SplittableRandom(seed);
        List<SharedPages> generations = new ArrayList<>(List.of(new SharedPages()));
        List<List<Long>> expected = new ArrayList<>();
        List<Long> now = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            SharedPages newest = generations.get(generations.size() - 1);
            if (random.nextInt(200) == 0) {
                expected.add(List.copyOf(now));
                generations.add(newest.next());
            } else if (random.nextInt(20) == 0) {
                long[] page = new long[LENGTH];
                page[SharedPages.HEADER] = step;
                newest.add(page);
                now.add((long) step);
            } else if (!now.isEmpty()) {
                int index = random.nextInt(now.size());
                toWrite(newest, index)[SharedPages.HEADER] = step;
                now.set(index, (long) step);
            }
        }
        expected.add(now);
        assertThat(now).hasSizeGreaterThan(500);
        for (int i = 0; i < generations.size(); i++) {
            assertThat(values(generations.get(i), now.size()))
                    .as("generation %d", i)
                    .isEqualTo(expected.get(i));
        }
    }

    @Test
    void aGenerationCopiesWhatChangesInItAndSharesTheRest() {
        SharedPages before = new SharedPages();
        for (int i = 0; i < 10_000; i++) {
            before.add(new long[LENGTH]);
        }
        SharedPages after = before.next();
        int[] changed = {3, 4, 700, 9_999};
        for (int index : changed) {
            toWrite(after, index)[SharedPages.HEADER] = 1;
            assertThat(toWrite(after, index)).as("once").isSameAs(after.find(index));
        }
        for (int index = 0; index < 10_000; index++) {
            boolean isChanged = index == 3 || index == 4 || index == 700 || index == 9_999;
            assertThat(after.find(index) == before.find(index))
                    .as("page %d", index)
                    .isNotEqualTo(isChanged);
        }
        assertThat(after.bytes(LENGTH)).isEqualTo(before.bytes(LENGTH)).isEqualTo(10_000 * (24 + 8 * LENGTH));
    }

    @Test
    void whoReadsBesideAWriterFindsEachPageWhole() throws InterruptedException {
        SharedPages[] published = {new SharedPages()};
        SharedPages newest = published[0].next();
        AtomicReference<String> wrong = new AtomicReference<>();
        AtomicBoolean isDone = new AtomicBoolean();
        Thread reader = new Thread(() -> {
            while (!isDone.get() && wrong.get() == null) {
                SharedPages pages = published(published);
                for (int index = 0; index < 3_000; index++) {
                    long[] page = pages.find(index);
                    // What its maker put there before it was published.
                    if (page != null && (page[LENGTH - 1] != index || page[LENGTH - 2] != ~index)) {
                        wrong.set("page " + index + ": " + page[LENGTH - 2] + " " + page[LENGTH - 1]);
                    }
                }
            }
        });
        reader.start();
        SplittableRandom random = new SplittableRandom(5);
        for (int index = 0; index < 3_000; index++) {
            SharedPages pages = newest;
            long[] page = new long[LENGTH];
            page[LENGTH - 2] = ~index;
            page[LENGTH - 1] = index;
            pages.add(page);
            for (int i = 0; i < 20; i++) {
                toWrite(pages, random.nextInt(index + 1))[SharedPages.HEADER]++;
            }
            newest = pages.next();
            synchronized (published) {
                published[0] = pages;
            }
        }
        isDone.set(true);
        reader.join();
        assertThat(wrong.get()).isNull();
    }

    private static SharedPages published(SharedPages[] published) {
        synchronized (published) {
            return published[0];
        }
    }

    private static long[] toWrite(SharedPages pages, int index) {
        long[] page = page(pages, index);
        if (!pages.isOwn(page)) {
            pages.replace(index, page.clone());
        }
        return page(pages, index);
    }

    private static long[] page(SharedPages pages, int index) {
        long[] page = pages.find(index);
        if (page == null) {
            throw new AssertionError("there is no page " + index);
        }
        return page;
    }

    private static List<Long> values(SharedPages pages, int count) {
        List<Long> values = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            long[] page = pages.find(index);
            if (page != null) {
                values.add(page[SharedPages.HEADER]);
            }
        }
        return values;
    }
}
