package io.synfire.query.http;

import io.synfire.query.recall.BadQueryException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Texts in a URL: percent-encoded UTF-8, and nothing that is only nearly so. */
final class QueryText {

    private QueryText() {}

    /**
     * All parameters of a query, in their order.
     *
     * @throws BadQueryException if one is not well encoded
     */
    static Map<String, List<String>> parameters(@Nullable String query) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        if (query == null) {
            return parameters;
        }
        for (String part : query.split("&", -1)) {
            if (!part.isEmpty()) {
                String[] both = part.split("=", 2);
                String name = decoded(both[0], true);
                String value = both.length == 1 ? "" : decoded(both[1], true);
                parameters.computeIfAbsent(name, any -> new ArrayList<>(1)).add(value);
            }
        }
        return parameters;
    }

    /** Part of a path. */
    static String segment(String encoded) {
        return decoded(encoded, false);
    }

    private static String decoded(String encoded, boolean plusIsBlank) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char at = encoded.charAt(i);
            if (at == '%') {
                bytes.write(octet(encoded, i));
                i += 2;
            } else if (at == '+' && plusIsBlank) {
                bytes.write(' ');
            } else if (at < 0x80) {
                bytes.write(at);
            } else {
                // Sent as it is, without percents; the parser of HTTP put U+FFFD where it was no UTF-8.
                int pair = Character.isHighSurrogate(at) && i + 1 < encoded.length() ? 2 : 1;
                if (at == '\uFFFD') {
                    throw malformed();
                }
                bytes.writeBytes(encoded.substring(i, i + pair).getBytes(StandardCharsets.UTF_8));
                i += pair - 1;
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw malformed();
        }
    }

    private static int octet(String encoded, int percent) {
        int high = percent + 2 < encoded.length() ? Character.digit(encoded.charAt(percent + 1), 16) : -1;
        int low = percent + 2 < encoded.length() ? Character.digit(encoded.charAt(percent + 2), 16) : -1;
        if (high < 0 || low < 0) {
            throw malformed();
        }
        return high << 4 | low;
    }

    private static BadQueryException malformed() {
        return new BadQueryException("the URL must be percent-encoded UTF-8");
    }
}
