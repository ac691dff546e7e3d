package io.synfire.query.http;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/** Whether a body is of a type that a route takes, as it is: UTF-8, and not compressed. */
final class BodyTypes {

    private static final Pattern TYPE = Pattern.compile("([^;\\s]+)\\s*(;\\s*charset=\"?utf-8\"?\\s*)?;?");

    private BodyTypes() {}

    /** Why it is not, or null. */
    static @Nullable String refusal(HttpFields headers, Set<String> types) {
        // A header may be given more than once, which says the same as one with all of them.
        List<String> encodings = headers.getValuesList(HttpHeader.CONTENT_ENCODING);
        if (!areAmong(encodings, "identity")) {
            return "a body must not be compressed: Content-Encoding=" + String.join(", ", encodings);
        }
        List<String> transfers = headers.getValuesList(HttpHeader.TRANSFER_ENCODING);
        if (!areAmong(transfers, "identity", "chunked")) {
            return "a body must not be compressed: Transfer-Encoding=" + String.join(", ", transfers);
        }
        // Of several it is not clear which is meant.
        List<String> all = headers.getValuesList(HttpHeader.CONTENT_TYPE);
        String given = all.isEmpty() ? null : String.join(", ", all);
        String type = given == null ? "" : given.strip().toLowerCase(Locale.ROOT);
        Matcher matcher = TYPE.matcher(type);
        return matcher.matches() && types.contains(matcher.group(1))
                ? null
                : "the content type must be one of " + types + ", in UTF-8: Content-Type="
                        + (given == null ? "missing" : given);
    }

    private static boolean areAmong(List<String> encodings, String... plain) {
        return encodings.stream()
                .flatMap(each -> Arrays.stream(each.split(",")))
                .allMatch(each -> List.of(plain).contains(each.strip().toLowerCase(Locale.ROOT)));
    }
}
