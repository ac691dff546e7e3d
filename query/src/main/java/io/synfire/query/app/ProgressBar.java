package io.synfire.query.app;

import io.synfire.engine.event.Shown;
import io.synfire.query.app.bench.Progress;
import java.io.PrintStream;
import java.util.Locale;

/** How far something is: a bar that redraws itself on a terminal, a line now and then elsewhere. One thread at a time. */
final class ProgressBar implements Progress.Bar {

    private static final int WIDTH = 40;
    private static final long REDRAW_NANOS = 100_000_000;
    private static final long LINE_NANOS = 5_000_000_000L;

    private final PrintStream err;
    private final String what;
    private final long total;
    private final long first;
    private final boolean isRated;
    private final long startNanos = System.nanoTime();

    /** From JDK 22 on there is always a console, so a log may get carriage returns there; nothing worse. */
    @SuppressWarnings("SystemConsoleNull")
    private final boolean terminal = System.console() != null;

    private long lastNanos = System.nanoTime();
    private long count;

    /** A bar towards a total; 0 where it is not known. */
    ProgressBar(PrintStream err, String what, long total) {
        this(err, what, total, 0, false);
    }

    private ProgressBar(PrintStream err, String what, long total, long first, boolean isRated) {
        this.err = err;
        this.what = Shown.line(what);
        this.total = total;
        this.first = first;
        this.isRated = isRated;
        this.count = first;
    }

    /** A bar that also tells how fast it goes and how long it will take; some of it may have been done before. */
    static ProgressBar rated(PrintStream err, String what, long total, long first) {
        return new ProgressBar(err, what, total, first, true);
    }

    @Override
    public void at(long done) {
        count = done;
        long now = System.nanoTime();
        if (now - lastNanos >= (terminal ? REDRAW_NANOS : LINE_NANOS)) {
            lastNanos = now;
            draw();
        }
    }

    /** Draws the last state and ends the line. */
    @Override
    public void done() {
        draw();
        if (terminal) {
            err.println();
        }
    }

    private void draw() {
        String bar = "";
        if (total > 0) {
            int filled = (int) (WIDTH * Math.min(count, total) / total);
            bar = "[" + "=".repeat(filled) + " ".repeat(WIDTH - filled) + "] ";
        }
        String line = String.format(
                Locale.ROOT,
                "%-22s %s%,d%s",
                what,
                bar,
                count,
                (total > 0 ? String.format(Locale.ROOT, " / %,d", total) : "") + rate());
        if (terminal) {
            err.print("\r" + line);
            err.flush();
        } else {
            err.println(line);
        }
    }

    private String rate() {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        double perSecond = (count - first) / Math.max(seconds, 1e-9);
        if (!isRated || count == first) {
            return "";
        }
        return String.format(
                Locale.ROOT, "  %,.0f/s  %,.0f s left ", perSecond, Math.max(0, total - count) / perSecond);
    }
}
