package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import java.util.ArrayList;
import java.util.List;

/**
 * Splits the body of {@code POST /v1/episodes} into records, byte for byte. Looks at no more of JSON than where a value of an array ends, so that
 * whatever a body holds costs nothing but its records; what is in them is for the codec. Used once, by one thread.
 */
final class RecordSplitter {

    private static final int BOM_BYTES = 3;

    private final Body body;
    private final int recordsMax;
    private final List<byte[]> records = new ArrayList<>();
    private int next;

    private RecordSplitter(Body body, int recordsMax) {
        this.body = body;
        this.recordsMax = recordsMax;
        boolean hasBom = body.length() >= BOM_BYTES
                && body.at(0) == (byte) 0xEF
                && body.at(1) == (byte) 0xBB
                && body.at(2) == (byte) 0xBF;
        this.next = hasBom ? BOM_BYTES : 0;
    }

    /**
     * One value, or all of an array.
     *
     * @throws BadQueryException if it is an array that is none, or empty
     * @throws BadBodyException if it has more records than it may
     */
    static List<byte[]> json(Body body, int recordsMax) {
        RecordSplitter splitter = new RecordSplitter(body, recordsMax);
        splitter.json();
        return splitter.required();
    }

    /**
     * A record in each line that is not blank.
     *
     * @throws BadQueryException if there is none
     * @throws BadBodyException if there are more than there may be
     */
    static List<byte[]> lines(Body body, int recordsMax) {
        RecordSplitter splitter = new RecordSplitter(body, recordsMax);
        splitter.lines();
        return splitter.required();
    }

    private List<byte[]> required() {
        if (records.isEmpty()) {
            throw new BadQueryException("the body must hold at least one record: records=0");
        }
        return records;
    }

    private void lines() {
        int length = body.length();
        while (next < length) {
            int end = next;
            while (end < length && body.at(end) != '\n') {
                end++;
            }
            add(next, end);
            next = end + 1;
        }
    }

    private void json() {
        int begin = next;
        skipBlanks();
        if (next == body.length() || body.at(next) != '[') {
            add(begin, body.length());
            return;
        }
        next++;
        skipBlanks();
        boolean isEnd = next < body.length() && body.at(next) == ']';
        if (isEnd) {
            next++;
        }
        while (!isEnd) {
            int from = next;
            isEnd = skipValue() == ']';
            if (!add(from, next)) {
                throw malformed("an array must hold a value between its commas");
            }
            next++;
        }
        skipBlanks();
        if (next < body.length()) {
            throw malformed("the body must be one JSON value");
        }
    }

    /** Goes to the comma or bracket that ends a value of the array; returns which. */
    private byte skipValue() {
        int depth = 0;
        boolean isText = false;
        for (; next < body.length(); next++) {
            byte at = body.at(next);
            if (isText) {
                if (at == '\\') {
                    next++;
                } else if (at == '"') {
                    isText = false;
                }
            } else if (depth == 0 && (at == ',' || at == ']')) {
                return at;
            } else if (at == '"') {
                isText = true;
            } else if (at == '{' || at == '[') {
                depth++;
            } else if (at == '}' || at == ']') {
                depth--;
            }
        }
        throw malformed("an array must end");
    }

    private void skipBlanks() {
        while (next < body.length() && isBlank(body.at(next))) {
            next++;
        }
    }

    /** Without the blanks around it; false if there is nothing else. */
    private boolean add(int from, int to) {
        int begin = from;
        int end = to;
        while (begin < end && isBlank(body.at(begin))) {
            begin++;
        }
        while (begin < end && isBlank(body.at(end - 1))) {
            end--;
        }
        if (begin == end) {
            return false;
        }
        if (records.size() == recordsMax) {
            throw BadBodyException.tooMany(recordsMax);
        }
        records.add(body.copy(begin, end));
        return true;
    }

    private BadQueryException malformed(String rule) {
        return new BadQueryException(rule + ": record=" + records.size() + " byte=" + Math.min(next, body.length()));
    }

    private static boolean isBlank(byte at) {
        return at == ' ' || at == '\t' || at == '\n' || at == '\r';
    }
}
