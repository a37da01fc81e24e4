"""Which fault explains what was seen lit and dark on a circuit: exact inference on its tree.

The model
---------
A cabinet feeds lamps through cable sections that form a tree. The cabinet, every section and every
lamp is broken or not, each by itself, with the chances of ``Priors``. A lamp is lit where it, the
cabinet and every section on the way to it are sound. A sighting is wrong with a small chance. A
newer look at a lamp replaces an older one, and evenings before a change are left out (``Priors``).

Write ``l_v(lit)`` and ``l_v(dark)`` for the chance of what was seen of lamp v in either state (1
where nothing was seen), ``f_v`` for the chance that the lamp is broken, ``s_v`` for that of the
section that feeds it, and

    D_v = l_v(dark) * product over children c of D_c          everything from v on is dark
    A_v = ((1 - f_v) l_v(lit) + f_v l_v(dark)) * product of B_c          power arrives at v
    B_c = (1 - s_c) A_c + s_c D_c                                        power arrives before c

What is broken behind a break changes no light, so its chances sum to one and it is left out of D.
The chance of all that was seen is the same sum for the cabinet, with its own chance for ``s``: one
pass from the ends to the cabinet (Pearl's belief propagation, 1982, exact on a tree). Given power
at its parent, a branch knows nothing of the rest of the circuit, so a second pass outwards gives

    P(power at c) = P(power at its parent) * (1 - s_c) A_c / B_c
    P(lit v)      = P(power at v) * (1 - f_v) l_v(lit) / ((1 - f_v) l_v(lit) + f_v l_v(dark))

Explanations
------------
Two sets of faults that differ only behind a break, or only where nobody looked (a lamp not seen, a
section with no seen lamp from it on), cannot be told apart by what was seen. An explanation is
one such class: the faults that power reaches and that a sighting bears on. Its probability
is the sum over its members; those sums are the products above with each plus sign replaced by a
choice, so the k best are found by the same pass with lists of k in place of single numbers (the
k-best Viterbi algorithm: Schwartz & Chow 1990, on a tree as Huang & Chiang 2005). No fault at all
is an explanation too: what was seen dark was then seen wrongly.

Where to look next
------------------
Looking at lamp v tells ``I(Y_v; faults) = H(Y_v) - H(Y_v | faults)`` bits. The faults decide
whether v is lit, and the look is then wrong with a known chance, so with ``h`` the entropy of a
yes or no and ``p = P(lit v)``

    I = h(p e_dark + (1 - p)(1 - e_lit)) - p h(e_dark) - (1 - p) h(e_lit)

which is largest near p = 1/2: the lamp that halves what is left. Any grouping of faults that
decides the lamp gives the same number, so none needs to be chosen.

Time and memory are linear in lamps times explanations asked for.
"""

from spatial.circuits.diagnosis import Diagnosis, Explanation, Fault, diagnose
from spatial.circuits.evidence import Priors, Sighting
from spatial.circuits.tree import Circuit, NotATree, Section

__all__ = [
    "Circuit",
    "Diagnosis",
    "Explanation",
    "Fault",
    "NotATree",
    "Priors",
    "Section",
    "Sighting",
    "diagnose",
]
