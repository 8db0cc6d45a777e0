package CitrixGuard::Page;

# The script of the monitor's page, without a browser: what its functions say.
#
#   my $answers = page_says('[ticks(955), ticks(3)]');
#
# Elements of the document take everything and have nothing in them. Times are
# those of Amsterdam; without Node.js there is undef.

use strict;
use warnings;

use Exporter 'import';
use File::Basename qw(dirname);
use JSON::PP ();

use CitrixGuard::Scratch qw(scratch spew);

our @EXPORT_OK = qw(page_says);

my $TOOL = dirname(__FILE__) . '/../../../ngx_citrix_guard/tools/page';

my $BEFORE = <<'END';
const thing = () => new Proxy(function () {}, { get: (t, k) =>
    k === Symbol.toPrimitive ? () => ""
    : k === Symbol.iterator ? [][Symbol.iterator] : thing(),
    set: () => true, apply: () => thing() });
globalThis.document = thing();
globalThis.window = thing();
Object.defineProperty(globalThis, "navigator", { configurable: true,
    value: { language: "en-GB", languages: ["en-GB", "nl-NL"] } });
globalThis.fetch = () => new Promise(() => {});
globalThis.location = { pathname: "/" };
END


sub page_says {
    my ($expression) = @_;
    my $dir = scratch();
    return undef if system('node --version >/dev/null 2>&1') != 0;
    my $script = `$^X $TOOL --script`;
    spew("$dir/page.js", <<"END");
$BEFORE
$script
console.log(JSON.stringify($expression));
process.exit(0);
END
    my $said = `TZ=Europe/Amsterdam node $dir/page.js 2>&1`;
    return JSON::PP->new->utf8->allow_nonref->decode($said);
}

1;
