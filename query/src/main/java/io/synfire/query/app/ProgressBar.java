package io.synfire.query.app;

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

    /** From JDK 22 on there is always a console, so a log may get carriage returns there; nothing worse. */
    @SuppressWarnings("SystemConsoleNull")
    private final boolean terminal = System.console() != null;

    private long lastNanos = System.nanoTime();
    private long count;

    /** A bar towards a total; 0 where it is not known. */
    ProgressBar(PrintStream err, String what, long total) {
        this.err = err;
        this.what = what;
        this.total = total;
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
                total > 0 ? String.format(Locale.ROOT, " / %,d", total) : "");
        if (terminal) {
            err.print("\r" + line);
            err.flush();
        } else {
            err.println(line);
        }
    }
}
