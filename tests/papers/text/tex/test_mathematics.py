import pytest

from papers.text.tex import to_unicode

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"$\alpha$-VAE", "α-VAE"),
        (r"$k$-NN, $n = 5$, $p<0.05$", "k-NN, n = 5, p<0.05"),
        (r"$1.13\times$ faster, $3 \times 4$, $3\times4$", "1.13× faster, 3 × 4, 3×4"),
        (r"$\sim 100$, $\geq 3$, $\pm 2$, $-\infty$", "~100, ≥3, ±2, -∞"),
        (r"$55.3\%$ and $<26\%$", "55.3% and <26%"),
        (r"A $\rightarrow$ B $\to$ C", "A → B → C"),
        (r"$\mathcal{O}(n \log n)$, $O(n\log^2 n)$", "O(n log n), O(n log² n)"),
        (r"$x \in \mathbb{R}^d$, $x\in\mathbb R^{n \times d}$", "x ∈ ℝᵈ, x ∈ ℝ^(n × d)"),
        (r"$p(x\mid y)$, $\|x\|_2$, $|x|$", "p(x | y), ‖x‖₂, |x|"),
        (r"$\{0,1\}^n$, $\left(a, b\right]$, $\bigl\lfloor x \bigr\rfloor$", "{0,1}ⁿ, (a, b], ⌊x⌋"),
        (r"$\text{if $x$ holds}$, $\mathrm{SE}(3)$, ${\rm Gal}(k)$", "if x holds, SE(3), Gal(k)"),
        (r"$10\,\mathrm{km}$, $a \quad (b)$", "10 km, a (b)"),
        (r"$\textbf{0.89}$ and $\textit{CTR-Sink}$", "0.89 and CTR-Sink"),
        (r"$a:=b$, $a\not=b$, $a \pmod{n}$", "a:=b, a ≠ b, a (mod n)"),
        (r"$\cX$, $\calL$, $\OPT$", "X, L, OPT"),
    ],
)
def test_a_formula_becomes_a_line_of_text(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"S$^4$R, H$_2$O, $10^{19}$, $10^{-6}$, $360^\circ$", "S⁴R, H₂O, 10¹⁹, 10⁻⁶, 360°"),
        (r"$x_i$, $x_{ij}^2$, $W_q$, $x_{\max}$, $L_{\text{task}}$", "xᵢ, xᵢⱼ², W_q, x_max, L_task"),
        (r"$T^{2/3}$, $e^{i\pi t}$, $x_{(1,2)}$, $A^*$, $x'$, $A^\top$", "T^(2/3), e^iπt, x_(1,2), A*, x′, Aᵀ"),
        (r"$d^{k_0}$, $\mathbb{F}_{p^2}$", "d^(k₀), 𝔽_(p²)"),
        (r"$\sum_{i=1}^n x_i$, $\prod_{p \in P} p$", "∑ᵢ₌₁ⁿ xᵢ, ∏_(p ∈ P) p"),
        (r"$5^{th}$, $W_q x$, $43.5_{\pm 1.6}$", "5th, W_q x, 43.5(±1.6)"),
    ],
)
def test_scripts_take_unicodes_own_forms_where_it_has_all_of_them(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"$\frac{a}{b}$, $\frac{a+b}{2n}$, $\frac12$", "a/b, (a+b)/(2n), 1/2"),
        (r"$2\frac{a}{b}c$, $\frac{a}{b}^2$", "2(a/b)c, (a/b)²"),
        (r"$\sqrt{x}$, $\sqrt{x+1}$, $\sqrt[3]{2}$, $\sqrt{ab}$", "√x, √(x+1), ∛2, √(ab)"),
        (r"$\binom{n}{k}$", "(n choose k)"),
        (r"$\hat{x}$, $\tilde{O}(n)$, $\bar\theta_1$, $\widehat{H_4}$, $\widehat{gl}$", "x̂, Õ(n), θ̄₁, Ĥ₄, hat(gl)"),
    ],
)
def test_what_stands_over_something_stands_beside_it(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize("written", [r"$$x^2$$", r"\(x^2\)", r"\[x^2\]", r"$x^2$", r"\( x^2 \)"])
def test_every_way_to_mark_a_formula_is_known(written):
    assert to_unicode(f"so {written}.") == "so x²."


@pytest.mark.parametrize(
    "written",
    [
        r"$\foo{x} + \alpha$",
        r"$\begin{cases} \alpha & 1 \end{cases}$",
        r"$\alpha & \beta$",
        r"$\frac{\alpha}$",
        r"$\sqrt$",
        r"$x^$",
        r"\(\foo{\alpha}\)",
    ],
)
def test_a_formula_with_something_unknown_stays_as_written_and_is_never_half_decoded(written):
    assert to_unicode(rf"\'e {written} \'e") == f"é {written} é"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("10^{19}, x^{n}, T^{-1/2}, q^{*}", "10¹⁹, xⁿ, T^(-1/2), q*"),
        ("π_{0.5}, z_{t}, (x)_{i}, f_{x,k}", "π_0.5, zₜ, (x)ᵢ, f_(x,k)"),
        ("M^3Eval, O(N^2), 10^-6, chi^2", "M³Eval, O(N²), 10⁻⁶, chi²"),
        ("H_2O, TiO_2, F_1, an L_2 norm", "H₂O, TiO₂, F₁, an L₂ norm"),
        ("360^circ views", "360° views"),
    ],
)
def test_scripts_are_known_outside_formulas(written, meant):
    assert to_unicode(written) == meant


@pytest.mark.parametrize(
    "written", ["GPT_4, snake_case_1, Q4_0, x_1.5", "N^0.34, f^k, [^1], ^2", "{user}_{id}?, _{a}"]
)
def test_what_only_looks_like_a_script_stays(written):
    assert to_unicode(written) == written


@pytest.mark.parametrize(
    "written",
    [
        "from $5 to $10 million",
        "costs $5, $10 or US$20",
        "A$5 and B$6, US$5/A$6",
        "($/kWh) and ($/kW)",
        "($/kWh), ($/kW)",
        "$38k more Tokens/$ than $40k",
        "$5 and 5$",
        "$ and $",
        "$5",
    ],
)
def test_a_number_with_a_dollar_is_money(written):
    assert to_unicode(written) == written


def test_money_and_formulas_stand_side_by_side():
    assert to_unicode(r"\$5 by Andr\'e for \$6") == "$5 by André for $6"
    assert to_unicode(r"for $5 to $10 we train $x^2$ models") == "for $5 to $10 we train x² models"
    assert to_unicode(r"AHI$>$5, LLaMA$2$-13B, 4.5$\times$, 1 $ 100 $") == "AHI>5, LLaMA2-13B, 4.5×, 1 100"


def test_a_formula_whose_dollars_were_escaped_is_one():
    assert to_unicode(r"min-\$p\$ sampling for \$5") == "min-p sampling for $5"


def test_what_is_too_long_for_a_formula_between_dollars_is_none():
    assert to_unicode("$" + "x+" * 1_200 + "x$") == "$" + "x+" * 1_200 + "x$"


def test_a_formula_that_is_not_closed_is_none():
    assert to_unicode(r"$5 by Andr\'e") == "$5 by André"
    assert to_unicode(r"\(5 by Andr\'e") == r"\(5 by André"


def test_words_set_between_dollars_are_words():
    assert (
        to_unicode(r"the $Spec Kit$ way, $n$ of $decomposition~algebra$")
        == "the Spec Kit way, n of decomposition algebra"
    )
