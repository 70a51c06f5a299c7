from typing import Any

from django.db import migrations


def topic(slug: str, name: str, description: str, categories: str, phrases: str) -> dict[str, Any]:
    """A topic without its group. Phrases stand between commas, lines break anywhere; categories between spaces."""
    return {
        "slug": slug,
        "name": name,
        "description": description,
        "categories": categories.split(),
        "phrases": [" ".join(phrase.split()) for phrase in phrases.split(",")],
    }


# A phrase matches whatever the endings of its words, so "generated image" is also "generative images"; one written
# all in capitals matches only in capitals. That is why many a plain word is missing: "factuality" would also find
# every "factual".
GROUPS = {
    "Language": (
        topic(
            "pretraining",
            "Pretraining and scaling",
            "How language models are first trained: data mixtures, tokenisers and scaling laws.",
            "cs.CL cs.LG",
            """
            language model pretraining, LLM pretraining, LLM pre-training, language model pre-training, scaling laws,
            neural scaling, pretraining corpus, pretraining data, pre-training data, pre-training corpus,
            pretraining corpora, pre-training corpora, continued pretraining, continued pre-training, mid-training,
            midtraining, data mixture, domain mixture, trillion tokens, training tokens, pretraining tokens,
            pre-training tokens, next-token prediction objective, multi-token prediction, subword, byte pair encoding,
            BPE, byte-level models, tokenizer-free, pretraining of large language models, pretrained from scratch,
            data mixing, vocabulary expansion, open language models, foundation model pretraining,
            compute-optimal training
            """,
        ),
        topic(
            "long-context",
            "Long context and memory",
            "Very long inputs, and remembering across sessions: context windows, compression, memory stores.",
            "cs.CL",
            """
            long context, longer contexts, context window, context length, length extrapolation, length generalization,
            rotary position embedding, position extrapolation, context compression, context engineering,
            needle in a haystack, long-term memory, agent memory, memory-augmented, persistent memory, episodic memory,
            external memory, long documents, million tokens, context window extension, conversational memory,
            memory retrieval, memory systems for LLM, memory for LLM, agent memory systems, context rot, LLM memory,
            context management
            """,
        ),
        topic(
            "multilingual",
            "Multilingual models and translation",
            "Machine translation, cross-lingual transfer and languages that have little text to learn from.",
            "cs.CL",
            """
            multilingual, cross-lingual, crosslingual, low-resource language, under-resourced languages,
            machine translation, translation quality, speech translation, code-switching, endangered languages,
            indigenous languages, African languages, Indic languages, Indian languages, transliteration,
            non-English languages, Arabic, Hindi, Bengali, Vietnamese, Indonesian, Turkish, Persian, Urdu, Swahili,
            Ukrainian, Korean, Japanese, Greek, Portuguese, Southeast Asian languages, European languages,
            regional dialects, dialectal variation, Arabic dialects, English-centric, across languages,
            language families, translation systems, literary translation, morphologically rich, language identification
            """,
        ),
        topic(
            "information-retrieval",
            "Search and embeddings",
            "Finding documents: dense retrieval, reranking, text embeddings, vector search and query understanding.",
            "cs.IR",
            """
            information retrieval, dense retrieval, document retrieval, passage retrieval, passage ranking, reranking,
            re-ranking, sentence embedding, embedding model, vector database, vector search,
            approximate nearest neighbor, nearest neighbor search, late interaction, ColBERT, BM25, semantic search,
            query expansion, query rewriting, search engine, conversational search, cross-modal retrieval,
            image-text retrieval, generative retrieval, learned sparse retrieval, e-commerce search, product search,
            retrieval models, neural retrieval, retrieval benchmark, cross-encoder, bi-encoder, multimodal retrieval,
            multimodal embedding, embedding-based retrieval, hybrid retrieval, query understanding, legal retrieval,
            scientific literature search, text embedding models, dense embedding, embedding retrieval
            """,
        ),
        topic(
            "retrieval-augmented-generation",
            "Retrieval-augmented generation",
            "Language models that look things up: RAG pipelines, deep research, knowledge graphs and citations.",
            "cs.CL cs.IR",
            """
            retrieval-augmented, RAG, GraphRAG, knowledge graph, multi-hop question answering, multi-hop QA,
            deep research, agentic search, search agents, web search, open-domain question answering,
            retrieved documents, retrieved passages, knowledge-intensive, BrowseComp, knowledge graph completion,
            knowledge graph construction, knowledge graph question answering, HotpotQA, grounded generation,
            citation generation, retrieval and generation, ontologies for
            """,
        ),
    ),
    "Reasoning and agents": (
        topic(
            "reasoning",
            "Reasoning",
            "Models that think before they answer: chains of thought, test-time compute, logic and planning.",
            "cs.AI cs.CL",
            """
            chain of thought, CoT, large reasoning models, reasoning model, LLM reasoning, reasoning traces,
            reasoning chain, reasoning trajectories, reasoning paths, multi-step reasoning, step-by-step reasoning,
            test-time scaling, test-time compute, inference-time scaling, inference-time compute, overthinking,
            long CoT, latent reasoning, logical reasoning, deductive reasoning, commonsense reasoning,
            causal reasoning, abstract reasoning, complex reasoning, process reward model, self-consistency,
            tree of thoughts, ARC-AGI, reasoning language models, slow thinking, parallel thinking, AIME24, AIME25,
            reasoning effort, reasoning length, symbolic reasoning, neuro-symbolic, neurosymbolic, inductive reasoning,
            analogical reasoning, reasoning ability of, temporal reasoning, tree search, logic puzzles
            """,
        ),
        topic(
            "mathematical-reasoning",
            "Mathematics and theorem proving",
            "Machines that do mathematics: word problems, olympiads, Lean and other formal proofs.",
            "cs.LO cs.AI",
            """
            mathematical reasoning, math reasoning, mathematical problem, math problem, theorem proving,
            automated theorem, formal proof, proof assistant, autoformalization, formal mathematics,
            formal verification, Lean 4, Mathlib, Coq, Isabelle, Olympiad, competition math, mathematical discovery,
            SAT solver, SMT solver, geometry problem, math word problems, Boolean satisfiability,
            satisfiability modulo, SAT solving, mathematical proofs, proof generation, theorem provers, Lean4,
            mathematics research, mathematicians, research-level mathematics, Erdős, Lean proofs, Lean theorem,
            mathematical benchmarks
            """,
        ),
        topic(
            "agents",
            "Agents and tool use",
            "Language models that act: tools, function calls, planning, long tasks and the harness around them.",
            "cs.AI cs.MA",
            """
            LLM agents, LLM-based agents, language model agents, language agents, autonomous agents, AI agents,
            agentic AI, agentic system, agentic workflow, agentic framework, agentic reasoning, agentic tasks,
            tool use, tool calling, tool invocation, tool learning, tool-integrated, tool-augmented, function calling,
            Model Context Protocol, MCP, agent benchmark, agent skills, agent harness, long-horizon agents,
            self-evolving agents, multi-turn agent, coding agent, agentic LLMs, agent training, agent trajectories,
            agent planning, agentic tool, tool-use agents, agent scaffolding, multi-agent orchestration,
            LLM-powered agents, agent evaluation, agentic coding, terminal agents, Terminal-Bench, tau-bench,
            GAIA benchmark
            """,
        ),
        topic(
            "computer-use-agents",
            "Computer-use agents",
            "Agents that operate screens: web browsing, mobile apps, desktops and GUI grounding.",
            "cs.AI cs.HC",
            """
            GUI agent, GUI grounding, GUI automation, GUI tasks, GUI, graphical user interface, computer use agents,
            web agent, web navigation, browser agent, mobile agents, OSWorld, WebArena, AndroidWorld, ScreenSpot,
            Mind2Web, UI grounding, UI agents, web browsing, computer use tasks, computer-use environments,
            computer use benchmark, device control, mobile GUI, web tasks, smartphone agents, web automation,
            web interaction, VisualWebArena, WebVoyager
            """,
        ),
        topic(
            "multi-agent-systems",
            "Multi-agent systems and games",
            "Many agents together: debate, cooperation, negotiation, game theory and playing games.",
            "cs.MA cs.GT",
            """
            multi-agent system, multi-agent framework, multi-agent collaboration, multi-agent debate,
            multi-agent reinforcement learning, MARL, multi-agent LLM, LLM-based multi-agent, multi-agent coordination,
            multi-agent simulation, multi-agent environments, multiagent, agent societies, social simulation,
            game theory, game-theoretic, Nash equilibrium, Stackelberg, auctions, negotiation, board games, card games,
            video games, chess, poker, Minecraft, StarCraft, Atari, social deduction, prisoner's dilemma, self-play,
            incentive compatible, multi-agent learning, multi-agent interactions, multi-agent planning,
            multi-agent architecture, multi-agent orchestration, game playing, gameplay, role-playing games,
            LLM agents interact, social dilemma, cooperative agents, multiple LLM agents, multiple agents, zero-sum,
            Diplomacy game, Werewolf, esports
            """,
        ),
        topic(
            "code-generation",
            "Code and software engineering",
            "Writing, repairing, testing and understanding programs, by models and by people.",
            "cs.SE cs.PL",
            """
            code generation, program synthesis, code completion, code LLMs, coding agents, software engineering,
            SWE-bench, software development, program repair, bug, unit tests, test generation, code review,
            code translation, pull requests, GitHub issues, competitive programming, vibe coding, source code analysis,
            static analysis, code repositories, repository-level, text-to-SQL, programming languages, code reasoning,
            kernel generation, refactoring, Verilog, compiler optimization, LLM compilers, large codebases, bug fixing,
            bug detection, bug localization, software testing, software repositories, code editing, code understanding,
            code search, code models, code quality, automatic programming, formal specification,
            CUDA kernel generation, hardware description, front-end code, web development, data science agents,
            notebooks, decompilation, NL2SQL, developer productivity
            """,
        ),
    ),
    "Vision": (
        topic(
            "vision-language",
            "Vision-language models",
            "Models that see and speak: captioning, visual questions, visual reasoning and omni models.",
            "cs.CV cs.CL cs.MM",
            """
            vision-language model, VLM, LVLM, MLLM, LMMs, multimodal large language model, multimodal LLM,
            large multimodal models, visual question answering, VQA, visual instruction tuning, image captioning,
            visual reasoning, multimodal reasoning, visual grounding, visual tokens, vision-language pretraining,
            unified multimodal, omni-modal, omnimodal, multimodal understanding, vision-language understanding, LLaVA,
            Qwen-VL, CLIP models, contrastive language-image, image-text pairs, multimodal foundation models,
            multimodal models, visual hallucination, object hallucination, vision-centric,
            multimodal understanding and generation, interleaved image-text, multimodal instruction,
            image understanding, spatial reasoning
            """,
        ),
        topic(
            "image-generation",
            "Image generation and editing",
            "Pictures from words: text-to-image models, editing, personalisation and style.",
            "cs.CV cs.GR",
            """
            text-to-image, image generation, image synthesis, image editing, generative images, Stable Diffusion, FLUX,
            personalized generation, subject-driven, style transfer, inpainting, layout-to-image, image customization,
            ControlNet, virtual try-on, visual autoregressive, visual generation, autoregressive image,
            font generation, typography, vector graphics, SVG, T2I, diffusion-based image,
            high-resolution image synthesis, concept erasure, text rendering, text-guided image,
            text-to-image alignment, compositional generation, story visualization, instruction-based editing,
            identity preservation, makeup, image stylization, artistic style, multi-subject, sketch generation,
            controllable image
            """,
        ),
        topic(
            "video-generation",
            "Video generation",
            "Moving pictures from words or images: video diffusion, control, editing and long videos.",
            "cs.CV",
            """
            video generation, text-to-video, image-to-video, video diffusion, video synthesis, generative video,
            video editing, Sora, T2V, I2V, camera control, video world model, autoregressive video, video prediction,
            talking head, video inpainting, video customization, audio-video generation, video-to-video, HunyuanVideo,
            VBench, video generative models, long video generation, streaming video generation, video personalization,
            motion control, controllable video, multi-shot, video tokenizer, audio-driven, video dubbing, first-frame,
            text-guided video, cinematic video
            """,
        ),
        topic(
            "video-understanding",
            "Video understanding",
            "Watching video: long-video question answering, action recognition, tracking and moments in time.",
            "cs.CV",
            """
            video understanding, video question answering, video QA, VideoQA, long video, action recognition,
            temporal grounding, moment retrieval, video LLM, Video-LMM, video-language, video reasoning,
            streaming video, video captioning, video retrieval, action segmentation, temporal action, egocentric video,
            video recognition, video summarization, object tracking, video object segmentation,
            video anomaly detection, video large language models, video MLLM
            """,
        ),
        topic(
            "3d-vision",
            "3D vision and Gaussian splatting",
            "Scenes and shapes in three dimensions: reconstruction, splatting, meshes, point clouds and depth.",
            "cs.CV cs.GR",
            """
            Gaussian splatting, 3D Gaussians, 3DGS, NeRF, neural radiance field, radiance fields, novel view synthesis,
            view synthesis, 3D reconstruction, scene reconstruction, surface reconstruction, 3D generation, text-to-3D,
            image-to-3D, 3D assets, 3D scene, 3D object, mesh generation, triangle mesh, point cloud, depth estimation,
            monocular depth, structure from motion, SLAM, multi-view stereo, camera pose, 4D reconstruction,
            4D generation, 4D Gaussian, signed distance, inverse rendering, neural rendering, relighting, 3D shapes,
            VGGT, spatial intelligence
            """,
        ),
        topic(
            "visual-recognition",
            "Detection, segmentation and backbones",
            "Naming and outlining what is in a picture, and the vision transformers and features that do it.",
            "cs.CV",
            """
            object detection, semantic segmentation, instance segmentation, image segmentation, panoptic,
            open-vocabulary, referring segmentation, Segment Anything, SAM2, image classification,
            fine-grained recognition, vision transformer, ViT, YOLO, DETR, DINO, DINOv2, DINOv3, masked autoencoder,
            vision foundation models, visual representation learning, face recognition, person re-identification,
            vision backbone, small object, salient object, camouflaged object, keypoint detection,
            few-shot classification, zero-shot classification, image recognition, visual recognition,
            open-set recognition, fine-grained classification, object recognition, image retrieval, place recognition,
            object counting, crack detection, defect detection, dense prediction, masked image modeling,
            zero-shot recognition
            """,
        ),
        topic(
            "image-restoration",
            "Image restoration",
            "Better pictures from worse ones: super-resolution, denoising, deblurring, compression and low light.",
            "eess.IV cs.CV",
            """
            image restoration, super-resolution, image denoising, deblurring, dehazing, deraining, low-light,
            image enhancement, video enhancement, video restoration, image compression, video compression,
            neural video codec, image quality assessment, HDR, high dynamic range, hyperspectral image,
            compressed sensing, image fusion, computational photography, computational imaging, reflection removal,
            demosaicing, underwater image, image super-resolution, video super-resolution, image upscaling,
            noise removal, shadow removal, raindrop, blind restoration, all-in-one restoration, learned compression,
            neural compression, image codec, image signal processor, tone mapping, event camera, lensless, RAW domain,
            image degradation
            """,
        ),
        topic(
            "human-motion",
            "People, motion and avatars",
            "Bodies, hands and faces: pose, motion generation, gestures, avatars and talking portraits.",
            "cs.CV cs.GR",
            """
            human motion, motion generation, text-to-motion, motion capture, human pose, body pose, hand pose,
            human mesh, SMPL, avatar, talking head, talking face, portrait animation, character animation,
            facial expression, facial animation, lip sync, gesture, dance generation, gait, sign language,
            human-object interaction, human-scene interaction, human image animation, human video, face swapping,
            gaze estimation, human pose estimation, hand pose estimation, 3D human, human reconstruction,
            facial emotion, micro-expression, digital avatars, clothed human, human animation, hand-object interaction,
            motion synthesis, motion diffusion, face animation, 3D face, face generation, head avatar,
            face reconstruction, virtual characters, garment, hair, human body model, 3D human body
            """,
        ),
        topic(
            "document-understanding",
            "Documents, charts and OCR",
            "Reading pages, tables, charts, diagrams and handwriting.",
            "cs.CV cs.CL",
            """
            document understanding, OCR, optical character recognition, document parsing, document layout,
            layout analysis, document image, visual document, document visual question answering, DocVQA,
            chart understanding, chart question answering, ChartQA, infographic, table recognition,
            table understanding, handwriting, handwritten text, text recognition, scene text, PDFs, PDF documents,
            key information extraction, scientific figures, historical documents, multimodal documents,
            document intelligence, chart-to-code, chart generation, slide generation, document retrieval, multi-page,
            invoices, tables and figures, text-rich images, mathematical expression recognition, presentation slides,
            poster generation, diagram understanding, scientific diagrams, technical diagrams, engineering drawings,
            chart reasoning, charts and tables, tables and charts, charts and diagrams, chart images, chart parsing,
            chart data, chart QA, chart comprehension, chart editing, scanned documents, document processing
            """,
        ),
    ),
    "Speech and audio": (
        topic(
            "speech-recognition",
            "Speech recognition",
            "Turning speech into text, knowing who speaks, and language models that listen.",
            "eess.AS cs.SD cs.CL",
            """
            speech recognition, Whisper, speech-to-text, spoken language, speaker verification, speaker diarization,
            speaker recognition, speech enhancement, speech separation, speech LLM, speech language model,
            speech foundation model, speech understanding, audio-visual speech, keyword spotting, speech emotion,
            voice assistants, spoken dialogue, full-duplex, speech-to-speech, speech encoder, speech representation,
            voice agents, ASR systems, ASR models, ASR error, ASR performance, end-to-end ASR, streaming ASR,
            multilingual ASR, LLM-based ASR, ASR transcripts, ASR benchmarks, ASR training, word error rate,
            phoneme recognition, dysarthric, speech transcription, speech models, speech processing
            """,
        ),
        topic(
            "speech-synthesis",
            "Speech synthesis",
            "Giving text a voice: text-to-speech, voice cloning, codecs and spoken style.",
            "eess.AS cs.SD",
            """
            text-to-speech, speech synthesis, speech generation, voice cloning, voice conversion, vocoder,
            neural audio codec, audio codec, speech codec, speech tokens, synthesized speech, zero-shot voice,
            voice synthesis, prosody, speech deepfake, audio deepfake, singing voice, TTS systems, TTS models,
            zero-shot TTS, neural TTS, expressive TTS, LLM-based TTS, controllable TTS, streaming TTS, emotional speech
            """,
        ),
        topic(
            "music-and-audio",
            "Music and audio",
            "Music, sound effects and everything else that is heard: generation, tagging and audio reasoning.",
            "cs.SD eess.AS",
            """
            music, audio generation, text-to-audio, video-to-audio, sound effects, sound event, audio understanding,
            audio language models, audio-language, large audio language models, audio captioning, audio reasoning,
            audio classification, symbolic music, MIDI, songs, audio-visual, source separation, spatial audio, foley,
            acoustic scene, bioacoustics, audio LLMs, audio question answering
            """,
        ),
    ),
    "Robotics and worlds": (
        topic(
            "robotics",
            "Robotics and embodied AI",
            "Robots that learn: manipulation, locomotion, navigation and vision-language-action models.",
            "cs.RO",
            """
            vision-language-action, VLA, VLAs, embodied AI, embodied agent, embodied intelligence, manipulation tasks,
            dexterous manipulation, humanoid, quadruped, locomotion, vision-and-language navigation,
            vision-language navigation, object navigation, imitation learning, diffusion policy, sim-to-real,
            teleoperation, visuomotor, LIBERO, motion planning, drones, UAV, bimanual, robotic grasping,
            grasp detection, grasp pose, grasp synthesis, legged, whole-body control, loco-manipulation,
            action chunking, action tokens, tactile, embodied navigation, embodied planning, embodied reasoning,
            robot learning, robot policies, robotic manipulation, robotics research, robot control, robot navigation,
            mobile robot, robot arm, robot tasks, real robot, real-world robot, robot data, robot planning,
            robot motion, robotic systems, robotic surgery, human-robot, autonomous robots, social robots,
            service robots, soft robots, robot perception, robot trajectories, generalist robot,
            robot foundation models, robot actions, robot demonstrations, robotic platform, robotic assembly,
            robot simulation, robotic world, physical robot, robot experiments, surgical robot, multi-robot,
            robot interaction, robot swarm, robot videos, robotics benchmark, robot hand, robot embodiments,
            humanoid robot, physical AI, path planning
            """,
        ),
        topic(
            "autonomous-driving",
            "Autonomous driving",
            "Cars that see, predict and steer: perception, trajectories, simulation and traffic.",
            "cs.RO cs.CV",
            """
            autonomous driving, self-driving, autonomous vehicle, end-to-end driving, driving scenes,
            driving scenarios, nuScenes, nuPlan, Waymo, LiDAR, bird's-eye view, BEV, lane detection,
            trajectory prediction, trajectory forecasting, NAVSIM, CARLA, traffic simulation, traffic flow,
            traffic forecasting, intelligent transportation, driver assistance, motion forecasting, HD maps,
            occupancy prediction
            """,
        ),
        topic(
            "world-models",
            "World models",
            "Models that imagine what happens next: simulated worlds, latent dynamics and physical sense.",
            "cs.LG cs.CV cs.RO",
            """
            world model, world simulator, interactive world, latent dynamics, Dreamer, JEPA,
            joint-embedding predictive, model-based reinforcement learning, intuitive physics, physical commonsense,
            generative simulator, game engine, generative world, physical reasoning, world generation, latent action,
            action-conditioned video, interactive video generation, imagined rollouts, physics-based simulation,
            playable, physics-aware video, laws of physics, physically plausible video, physical realism,
            physically consistent video
            """,
        ),
    ),
    "Learning and data": (
        topic(
            "reinforcement-learning",
            "Reinforcement learning",
            "Learning from reward: policies, exploration, offline data and verifiable rewards.",
            "cs.LG cs.AI",
            """
            reinforcement learning, RL, RLVR, GRPO, group relative policy optimization, PPO,
            proximal policy optimization, policy gradient, Q-learning, actor-critic, offline RL, verifiable rewards,
            Markov decision process, MDP, policy learning, reward shaping, credit assignment, bandits,
            multi-armed bandit, contextual bandit, value function
            """,
        ),
        topic(
            "preference-alignment",
            "Preference alignment",
            "Fitting models to what people want: human feedback, reward models, preferences and values.",
            "cs.CL cs.LG",
            """
            RLHF, human feedback, RLAIF, preference optimization, preference learning, preference alignment,
            preference data, DPO, reward model, reward hacking, human preference, value alignment, LLM alignment,
            alignment of language models, pluralistic alignment, constitutional AI, sycophancy, pairwise preferences,
            LLM post-training, post-training stage, post-training pipeline, post-training alignment,
            instruction-tuning data, visual preference, Bradley-Terry, generative reward model, rubric-based rewards,
            helpfulness and harmlessness, personalized alignment, instruction-following models,
            instruction-following data, instruction-following benchmark, instruction-following ability,
            complex instruction following, multi-turn instruction following
            """,
        ),
        topic(
            "diffusion-and-flows",
            "Diffusion and flow models",
            "How generative models work: diffusion, flow matching, samplers, guidance and text diffusion.",
            "cs.LG stat.ML cs.CV",
            """
            flow matching, rectified flow, score matching, score-based, denoising diffusion, classifier-free guidance,
            diffusion transformer, DiT, consistency models, diffusion language model, discrete diffusion,
            masked diffusion, dLLM, diffusion sampling, diffusion process, latent diffusion, normalizing flow,
            few-step generation, one-step generation, Schrödinger bridge, generative adversarial network, GANs,
            variational autoencoder, VAE, noise schedule, diffusion distillation, training-free guidance, MeanFlow,
            diffusion samplers, reverse diffusion, energy-based models, stochastic interpolants,
            diffusion large language models, generative flow, diffusion posterior, diffusion bridge,
            diffusion guidance, diffusion training, sampling steps, one-step diffusion, discrete flow, continuous flow,
            flow-based generative, consistency training, denoising diffusion models
            """,
        ),
        topic(
            "fine-tuning",
            "Fine-tuning and continual learning",
            "Changing a trained model cheaply and without forgetting: LoRA, merging, editing, unlearning.",
            "cs.LG cs.CL",
            """
            parameter-efficient, PEFT, LoRA, low-rank adaptation, model merging, task arithmetic, task vectors,
            continual learning, lifelong learning, catastrophic forgetting, class-incremental, incremental learning,
            knowledge editing, model editing, machine unlearning, unlearning, test-time training, test-time adaptation,
            domain adaptation, prompt tuning, LoRA adapters, adapter tuning, low-rank updates, full fine-tuning,
            efficient fine-tuning, instruction fine-tuning, model soups, weight interpolation, forgetting problem,
            weight merging
            """,
        ),
        topic(
            "distillation",
            "Distillation",
            "Teaching a small model what a large one knows.",
            "cs.LG cs.CL",
            """
            knowledge distillation, self-distillation, on-policy distillation, teacher-student, dataset distillation,
            model distillation, distillation loss, distillation framework, distillation method, distillation objective,
            policy distillation, feature distillation, reasoning distillation, logit distillation,
            progressive distillation, distribution matching distillation, score distillation, consistency distillation,
            step distillation, cross-modal distillation, distillation pipeline, distillation process,
            distillation data, LLM distillation, multi-teacher, teacher network, student network, teacher and student,
            distilled student, distilled into smaller, teacher and student models, student models learn,
            stronger teacher
            """,
        ),
        topic(
            "graph-learning",
            "Graph learning",
            "Learning on networks: graph neural networks, link prediction and communities.",
            "cs.LG cs.SI",
            """
            graph neural network, GNN, graph learning, graph representation, node classification, link prediction,
            message passing, graph transformer, graph convolutional, heterophily, oversmoothing,
            graph foundation model, temporal graph, dynamic graph, hypergraph, heterogeneous graph, graph contrastive,
            graph classification, spatio-temporal graph, community detection, graph embedding, graph data,
            graph structure learning, graph neural, graph attention, graph-based learning, attributed graph,
            graph anomaly, molecular graphs, graph kernels, text-attributed graphs, graph LLM, graph pooling,
            knowledge graph embedding, social network analysis
            """,
        ),
        topic(
            "time-series-and-tables",
            "Time series and tables",
            "Forecasting, anomalies and prediction from rows and columns.",
            "cs.LG stat.AP",
            """
            time series, forecasting models, anomaly detection, tabular, TabPFN, gradient boosting, XGBoost,
            temporal point process, change point, changepoint, electricity load, load forecasting, demand forecasting,
            predictive maintenance, fault diagnosis, missing values, feature selection, survival analysis, sensor data,
            time series forecasting, multivariate time series, tabular data, tabular foundation models, table data,
            industrial anomaly detection, wearable sensors, energy forecasting, power grid, remaining useful life,
            prognostics and health management
            """,
        ),
        topic(
            "recommender-systems",
            "Recommender systems",
            "Choosing what people see next: ranking, click prediction, cold start and generative recommendation.",
            "cs.IR",
            """
            recommendation system, recommendation model, sequential recommendation, generative recommendation,
            click-through rate, CTR, collaborative filtering, user-item, semantic ID, news recommendation,
            conversational recommendation, personalized recommendation, LLM-based recommendation, user interests,
            online advertising, music recommendation, recommendation performance, recommendation tasks,
            recommendation algorithms, item recommendation, recommendation datasets, recommendation engine,
            recommendation accuracy, movie recommendation, recommendation framework, recommendation scenarios,
            recommendation quality, LLM recommender, recommendation agent, cold-start items, cold-start users,
            cold-start recommendation, user preference modeling, user modeling, item embeddings,
            user behavior sequences, short video platform, popularity bias, implicit feedback, learning to rank,
            ad ranking, click prediction, conversion rate prediction, session-based recommendation
            """,
        ),
        topic(
            "learning-theory",
            "Optimisation and learning theory",
            "Why learning works: optimisers, convergence, generalisation bounds and training dynamics.",
            "stat.ML math.OC cs.LG",
            """
            stochastic gradient descent, SGD, Adam, Muon, convex optimization, nonconvex, non-convex, convergence rate,
            convergence guarantee, generalization bound, sample complexity, regret bound, sublinear regret, PAC-Bayes,
            PAC learning, neural tangent kernel, double descent, implicit bias, loss landscape, grokking,
            training dynamics, overparameterized, learning rate schedule, bilevel optimization, VC dimension,
            statistical learning theory, matching lower bound, minimax lower bound, information-theoretic lower bound,
            upper and lower bounds, feature learning regime, mean-field limit, mean-field theory, minimax rate,
            minimax optimal, high-dimensional statistics, high-dimensional limit, neural collapse, edge of stability,
            sharpness-aware, optimization landscape, gradient descent dynamics, infinite-width, two-layer networks,
            kernel regression, kernel methods, kernel ridge, approximation theory, stationary point, zeroth-order,
            mirror descent, proximal gradient, duality gap, optimization theory, universal approximation theorem,
            online convex optimization, gradient flow dynamics, Wasserstein gradient flow
            """,
        ),
        topic(
            "causality",
            "Causal inference",
            "From correlation to cause: causal discovery, treatment effects and counterfactuals.",
            "stat.ME stat.ML",
            """
            causal inference, causal discovery, treatment effect, causal effect, causal graph, causal model,
            causal structure, structural causal, do-calculus, instrumental variable, causal representation,
            causal estimation, randomized controlled trial, propensity score, confounding variables,
            confounding factors, unobserved confounding, unmeasured confounding, confounding bias, latent confounders,
            counterfactual reasoning, counterfactual inference, counterfactual outcomes, counterfactual estimation,
            counterfactual prediction, counterfactual intervention, causal reasoning, causal relationships,
            causal mechanisms, causal analysis, causal machine learning, causal learning, causal intervention,
            causal identification, potential outcomes, heterogeneous treatment, average treatment effect, Granger,
            causal DAG, uplift modeling
            """,
        ),
        topic(
            "bayesian-methods",
            "Bayesian methods and uncertainty",
            "Knowing how sure to be: posteriors, Gaussian processes, calibration and conformal prediction.",
            "stat.ML stat.ME stat.CO",
            """
            Bayesian inference, Bayesian optimization, Bayesian neural network, Bayesian, Gaussian process,
            variational inference, posterior distribution, posterior sampling, Markov chain Monte Carlo, MCMC,
            uncertainty quantification, uncertainty estimation, conformal prediction, calibration error,
            epistemic uncertainty, aleatoric, simulation-based inference, probabilistic programming,
            out-of-distribution detection, predictive uncertainty, posterior inference, hierarchical model,
            Monte Carlo sampling, Langevin, sequential Monte Carlo, probability calibration, probabilistic forecasting,
            statistical inference, hypothesis testing, nonparametric, quantile regression, Bayes-optimal,
            variational Bayes, empirical Bayes, naive Bayes
            """,
        ),
        topic(
            "benchmarks",
            "Benchmarks and evaluation",
            "Measuring models: new test suites, judges, leaderboards, contamination and how to score.",
            "cs.CL cs.AI cs.CV",
            """
            new benchmark, comprehensive benchmark, benchmark for evaluating, benchmark to evaluate,
            benchmark designed, novel benchmark, first benchmark, challenging benchmark, large-scale benchmark,
            evaluation benchmark, benchmark suite, benchmark comprising, benchmark consisting, unified benchmark,
            diagnostic benchmark, LLM-as-a-judge, LLM-as-judge, LLM judges, leaderboard, benchmark contamination,
            data contamination, item response theory, MLLM-as-a-judge, evaluation suite, automatic evaluation,
            benchmark saturation
            """,
        ),
        topic(
            "training-data",
            "Synthetic and curated data",
            "Where training data come from: synthesis, selection, annotation, augmentation and new corpora.",
            "cs.LG cs.CL cs.CV",
            """
            synthetic data, data synthesis, synthetic dataset, data curation, data selection, data filtering,
            data augmentation, data pipeline, data quality, data engine, data annotation, annotation quality,
            crowdsourcing, data-centric, instruction data, model collapse, label noise, noisy labels,
            synthetic training, coreset, data pruning, data valuation, instruction synthesis, active learning,
            dataset curation, data mixing, training data selection, dataset construction, data generation pipeline,
            self-instruct, human annotation, web-crawled, Common Crawl, training data attribution,
            annotation disagreement, annotation pipeline, annotation cost, automatic annotation, annotation guidelines
            """,
        ),
    ),
    "Efficiency and systems": (
        topic(
            "quantisation",
            "Quantisation and pruning",
            "Smaller models: fewer bits, fewer weights, sparsity and low-rank compression.",
            "cs.LG",
            """
            quantized model, post-training quantization, PTQ, low-bit, 2-bit, 1-bit, FP8, FP4, NVFP4, INT8, INT4,
            mixed-precision, structured pruning, model compression, lottery ticket, weight sparsity,
            low-rank compression, binary neural network, quantization-aware training, model quantization,
            weight quantization, LLM quantization, KV cache quantization, low-bit quantization, quantization methods,
            activation quantization, weight-only quantization, ternary weights, ternary quantization, ternary LLM,
            BitNet, INT8 quantization, quantization noise, neural network pruning, model pruning, weight pruning,
            layer pruning, unstructured pruning, LLM pruning, channel pruning, pruning ratio, expert pruning,
            neuron pruning, pruning and quantization, magnitude pruning, one-shot pruning, model size reduction,
            activation outliers, low-precision, microscaling, 4-bit quantization, 4-bit precision,
            neural network compression, LLM compression
            """,
        ),
        topic(
            "efficient-inference",
            "Efficient inference",
            "Faster and cheaper answers: speculative decoding, caches, sparse attention, serving and routing.",
            "cs.LG cs.DC cs.CL",
            """
            speculative decoding, KV cache, key-value cache, KV, LLM inference, LLM serving, inference acceleration,
            efficient inference, sparse attention, FlashAttention, parallel decoding, early exit, token pruning,
            token merging, token reduction, model routing, LLM routing, LLM router, feature caching,
            training-free acceleration, time to first token, prefill, prompt compression, attention sparsity,
            inference optimization, LLM efficiency, token eviction, visual token pruning, visual token compression,
            draft model, self-speculative, disaggregated, throughput and latency, decoding acceleration,
            diffusion acceleration, attention kernels, block-sparse attention, batch inference, continuous batching,
            adaptive computation, efficient decoding, layer skipping
            """,
        ),
        topic(
            "mixture-of-experts",
            "Mixture of experts",
            "Models that use only a part of themselves at a time: routing, expert balance and sparse layers.",
            "cs.LG cs.CL",
            """
            mixture-of-experts, MoE, expert routing, sparse experts, routed experts, expert specialization,
            expert parallelism, expert selection, conditional computation, mixture of LoRA
            """,
        ),
        topic(
            "sequence-architectures",
            "State space and linear attention models",
            "Sequence models beyond the plain transformer: Mamba, linear attention, recurrence and looped layers.",
            "cs.LG cs.CL",
            """
            state space model, SSM, Mamba, Mamba2, linear attention, RWKV, DeltaNet, gated linear,
            recurrent neural network, RNN, xLSTM, linear recurrent, subquadratic, sub-quadratic, looped transformer,
            looped language model, recurrent depth, Kolmogorov-Arnold, KAN, hybrid attention, attention-free,
            selective scan, transformer alternatives, transformer variants, attention alternatives, softmax attention,
            quadratic complexity of attention, recurrent models, recurrent architectures, recurrent transformer, Hyena,
            S4, hyper-connections, depth-recurrent, reservoir computing, linear attention transformers
            """,
        ),
        topic(
            "systems-and-hardware",
            "Training systems and hardware",
            "The machinery: GPUs, kernels, distributed training, edge devices, accelerators and brain-like chips.",
            "cs.DC cs.AR cs.PF cs.NE",
            """
            distributed training, data parallelism, pipeline parallelism, tensor parallelism, GPU kernel, CUDA,
            GPU cluster, Triton, FPGA, ASIC, hardware acceleration, in-memory computing, compute-in-memory,
            neuromorphic, spiking neural network, on-device, microcontroller, TinyML, edge computing, data center,
            energy consumption, energy efficiency, high-performance computing, HPC, systolic array,
            processing-in-memory, hardware design, chip design, training infrastructure, electronic design automation,
            AI accelerators, neural network accelerators, photonic computing, optical neural network,
            optical computing, embedded systems, edge AI, heterogeneous hardware, multi-GPU, NPU, NPUs, RISC-V,
            memristor, quantum-dot, carbon footprint, GPU utilization, RTL design, RTL generation,
            edge device deployment, resource-constrained devices
            """,
        ),
    ),
    "Safety and understanding": (
        topic(
            "interpretability",
            "Interpretability",
            "Looking inside models: circuits, probes, steering, attribution and explanations.",
            "cs.LG cs.CL cs.AI",
            """
            mechanistic interpretability, interpretable models, explainable AI, XAI, activation patching,
            activation steering, steering vector, induction heads, circuit discovery, causal tracing, logit lens,
            feature attribution, saliency map, residual stream, concept bottleneck, linear representation hypothesis,
            counterfactual explanation, post-hoc explanation, Grad-CAM, data attribution, influence function,
            model interpretability, interpretability methods, interpretability research,
            interpretable machine learning, interpretable by design, explainable artificial intelligence,
            explainability methods, probing classifiers, probing analysis, probing experiments,
            representation engineering, layer-wise analysis, Shapley values, SHAP analysis, SHAP values,
            attribution methods, circuit analysis, attention head analysis, refusal direction, concept vectors,
            neurons and circuits, linear probes on, probing tasks, interpretability tools
            """,
        ),
        topic(
            "sparse-autoencoders",
            "Sparse autoencoders",
            "Taking activations apart into features that a person can read.",
            "cs.LG cs.CL",
            """
            sparse autoencoder, SAE, SAEs, dictionary learning, crosscoder, monosemantic, polysemantic, sparse coding,
            sparse dictionary, SAE features, SAE latents, sparse latent features, feature dictionaries, overcomplete
            """,
        ),
        topic(
            "safety",
            "Safety and jailbreaks",
            "Harm and how to prevent it: jailbreaks, red teaming, guardrails, deception and oversight.",
            "cs.CR cs.CL cs.CY",
            """
            AI safety, LLM safety, safety alignment, jailbreak, red teaming, prompt injection, guardrail,
            harmful content, harmful requests, harmful outputs, toxic, refusal, safety training, safety risks,
            safety evaluation, safety benchmark, agent safety, deceptive alignment, deception, emergent misalignment,
            scalable oversight, alignment faking, catastrophic risk, existential risk, content moderation, hate speech,
            unsafe content, dangerous capabilities, AI control, AI misalignment, agentic misalignment, LLM deception,
            evaluation awareness, harmful behavior, harmful queries, harmful prompts, over-refusal, safety guardrails,
            safe AI, safety-critical alignment, chain-of-thought monitoring, jailbreak attacks, loss of control,
            AI risk, AI deception
            """,
        ),
        topic(
            "hallucination",
            "Hallucination and factuality",
            "When models make things up: detection, fact checking, confidence and abstaining.",
            "cs.CL",
            """
            hallucination, factual accuracy, factual errors, factual consistency, fact-checking, fact verification,
            misinformation, fake news, disinformation, knowledge conflicts, confidence calibration,
            verbalized confidence, overconfidence, claim verification, selective prediction, knowledge boundary,
            TruthfulQA, truthful answers, truthful responses, unfaithful, faithfulness evaluation,
            faithfulness metrics, answer faithfulness, calibrated confidence, LLM confidence, factual knowledge,
            factual claims, factual correctness, factuality evaluation, factuality benchmark, factual hallucination,
            factual recall, factual grounding, factual question, long-form factuality, factual precision,
            factuality alignment, factual reliability
            """,
        ),
        topic(
            "fairness",
            "Bias, fairness and society",
            "Who is treated how: social bias, culture, politics, law and the governance of AI.",
            "cs.CY cs.CL",
            """
            social bias, gender bias, stereotypes, political bias, racial bias, bias mitigation, algorithmic bias,
            cultural bias, cultural values, culturally, cross-cultural, cultural knowledge, AI governance,
            AI regulation, AI Act, responsible AI, AI ethics, ethical AI, legal, policymakers, societal impact, moral,
            group fairness, individual fairness, algorithmic fairness, demographic parity, fairness-aware,
            fairness metrics, fairness constraints, fairness and bias, bias and fairness, fair machine learning,
            fair classification, equalized odds, unfairness, counterfactual fairness, marginalized communities,
            marginalized groups, protected attributes, sensitive attributes, political ideology, political discourse,
            political leaning, political opinion, partisan, public opinion, discrimination against, implicit biases of,
            societal bias, cultural alignment, cultural diversity, gender stereotypes, legal reasoning, court, lawyers,
            AI policy, ethical alignment, research ethics, social media posts, social media discourse, inclusive AI,
            debiasing methods, demographic groups, demographic bias, demographic attributes, demographic disparities,
            demographic subgroups, sociodemographic
            """,
        ),
        topic(
            "privacy",
            "Privacy and federated learning",
            "Learning without seeing: federated training, differential privacy, leakage and memorisation.",
            "cs.CR cs.LG cs.DC",
            """
            federated learning, differential privacy, differentially private, membership inference, PII,
            personally identifiable, secure aggregation, model inversion, split learning, decentralized learning,
            copyright, federated training, federated client, federated setting, federated optimization,
            federated unlearning, personalized federated, federated fine-tuning, federated framework, FedAvg,
            training data extraction, inference attack, confidential computing, de-identification, data anonymization,
            text anonymization, face anonymization, pseudonymization, training data memorization,
            verbatim memorization, privacy-preserving, privacy risk, privacy leakage, privacy attack,
            privacy protection, privacy budget, privacy guarantee, privacy-utility, data privacy, user privacy,
            privacy policy, contextual privacy, privacy loss, local privacy, privacy amplification,
            memorization of training, memorization in language models, memorization in diffusion, model memorization,
            data memorization
            """,
        ),
        topic(
            "security",
            "Security and cryptography",
            "Attack and defence: adversarial examples, backdoors, malware, watermarks, deepfakes and ciphers.",
            "cs.CR",
            """
            adversarial attack, adversarial examples, adversarial robustness, adversarial perturbation, backdoor,
            data poisoning, poisoning attack, malware, intrusion detection, cybersecurity, vulnerability detection,
            penetration testing, cryptography, cryptographic, homomorphic encryption, encryption, blockchain,
            smart contract, watermark, deepfake, AI-generated image detection, AI-generated text detection,
            machine-generated text, AI-generated text, phishing, zero-knowledge, fuzzing, threat model,
            supply chain attack, Byzantine, model stealing, cyber threats, cyber attacks, cyber defense,
            red-team attacks, ransomware, network security, secure computation, secure multi-party, side-channel,
            attack surface, security vulnerabilities, software vulnerabilities, code vulnerabilities, image forgery,
            forgery detection, AI-generated images, AI-generated videos, generated content detection, evasion attack,
            attack success rate, exploit generation, capture the flag, digital forensics, image forensics,
            forensic analysis, adversarial defense, adversarial patch
            """,
        ),
    ),
    "Physical sciences and mathematics": (
        topic(
            "chemistry-and-materials",
            "Chemistry and materials",
            "Molecules, crystals and reactions: design, property prediction and interatomic potentials.",
            "physics.chem-ph cond-mat.mtrl-sci",
            """
            chemistry, chemical, molecule, molecular property, molecular generation, molecular graph,
            materials science, materials discovery, crystalline, interatomic potential, density functional theory, DFT,
            retrosynthesis, force field, alloy, polymer, mass spectrometry, SMILES, spectroscopy, lithium-ion,
            battery degradation, battery health, crystal structure, crystal generation, catalysis, chemists,
            molecular design, molecular representation, chemical reactions, drug-like molecules, quantum chemistry,
            ab initio, semiconductors, metal-organic, nanoparticles, NMR, perovskite, material microstructures
            """,
        ),
        topic(
            "earth-and-climate",
            "Earth, weather and climate",
            "The planet from above and ahead: remote sensing, maps, forecasts, floods and farming.",
            "physics.ao-ph eess.IV cs.CV",
            """
            remote sensing, satellite imagery, satellite images, earth observation, geospatial, Sentinel-2,
            aerial images, climate, precipitation, ERA5, ocean, land cover, geolocation, agriculture, flood, wildfire,
            seismic, earthquake, hydrological, geoscience, air quality, vegetation, SAR, nowcasting, change detection,
            crop yield, crop disease, crop monitoring, crop mapping, crop type, plant disease, urban planning,
            urban region, urban heat, urban mobility, weather forecasting, weather prediction, weather model,
            extreme weather, numerical weather, severe weather, weather data, satellite data, multispectral,
            UAV imagery, street view, forestry, forest cover, glacier, tropical cyclone, meteorological,
            carbon emissions, plant disease detection, plant phenotyping, geographic information, geographic data
            """,
        ),
        topic(
            "scientific-computing",
            "Differential equations and simulation",
            "Learning to solve physics: neural operators, physics-informed networks, fluids and control.",
            "math.NA physics.comp-ph cs.CE",
            """
            partial differential equation, PDE, physics-informed, PINN, PINNs, neural operator,
            Fourier neural operator, DeepONet, surrogate model, fluid dynamics, Navier-Stokes, CFD, turbulence,
            finite element, scientific machine learning, dynamical systems, operator learning, symbolic regression,
            numerical solver, Koopman, optimal control, model predictive control, ordinary differential equation,
            stochastic differential equations, numerical simulation, numerical analysis, computational fluid dynamics,
            reduced-order, engineering design, topology optimization, system identification, control theory,
            AI for science, scientific simulation, multiphysics, aerodynamic, computer-aided design,
            automated scientific discovery, CAD generation, CAD models, digital twin models, PDE-constrained,
            Bayesian inverse problems
            """,
        ),
        topic(
            "physics-and-astronomy",
            "Physics and astronomy",
            "From particles to galaxies: colliders, stars, condensed and statistical matter, optics.",
            "hep-ph hep-ex hep-th astro-ph.IM astro-ph.CO cond-mat.stat-mech cond-mat.dis-nn",
            """
            astronomy, astronomical, astrophysics, galaxy, stellar, cosmology, telescope, gravitational wave,
            exoplanet, dark matter, high-energy physics, particle physics, Large Hadron Collider, LHC, jet tagging,
            quantum field theory, gauge theory, string theory, conformal field theory, condensed matter,
            statistical mechanics, statistical physics, Ising, spin glass, plasma, superconducting,
            particle accelerator, nuclear fusion, tokamak, solar flare, solar wind, solar physics, space weather,
            hadron collider, particle detector, calorimeter, neutrino, supernova, light curves, black hole,
            Ising model, quantum chromodynamics, many-body, percolation, fusion plasma, spacecraft, quantum optics,
            optical physics, nonlinear optics, diffractive, theoretical physics, physicists, Hamiltonian systems,
            Hamiltonian dynamics, Hamiltonian simulation, spin systems, first-order phase transition,
            critical exponents, nonequilibrium, laser physics, optical fiber, radio astronomy, lunar, planetary,
            renormalization group
            """,
        ),
        topic(
            "quantum",
            "Quantum computing",
            "Qubits, circuits, quantum algorithms and quantum machine learning.",
            "quant-ph",
            """
            quantum computing, quantum circuit, quantum machine learning, qubit, quantum algorithm,
            variational quantum, quantum neural network, quantum error correction, quantum state, quantum annealing,
            quantum kernel, quantum advantage, quantum information, quantum mechanics, quantum-inspired, QAOA, NISQ,
            quantum hardware, hybrid quantum, quantum processors
            """,
        ),
        topic(
            "pure-mathematics",
            "Algebra, geometry and combinatorics",
            "Pure mathematics: representations, Lie algebras, categories, topology, numbers and graphs.",
            "math.RT math.AG math.CO math.QA math.NT math.RA math.GR math.CT",
            """
            Lie algebra, representation theory, irreducible representations, Hopf algebra, quantum group, cohomology,
            algebraic geometry, cluster algebra, vertex algebra, moduli space, finite group, symmetric group,
            category theory, functor, monoidal, derived category, triangulated category, abelian category, quiver,
            modular forms, L-functions, number theory, Coxeter, Weyl group, root system, reductive group, p-adic,
            finite field, Hecke, automorphic, symplectic, Schur, polynomial ring, noetherian, Artin algebra,
            semisimple, nilpotent, tilting module, tilting theory, tilting objects, braid group, braided tensor,
            algebraic combinatorics, enumerative, Langlands, sheaf, sheaves, homotopy, perverse sheaf, Grothendieck,
            unipotent, Kac-Moody, Hall algebra, Young tableaux, partially ordered set, posets, extremal graph,
            chromatic, finite-dimensional algebra, module category, indecomposable, Calabi-Yau, Riemannian manifold,
            algebraic group, algebraic variety, Galois, Soergel, Kazhdan-Lusztig, superalgebra, highest weight,
            category O, Macdonald polynomials, tensor category, fusion category, Hochschild, knot, persistent homology,
            homology group, homological algebra, simplicial complex, spectral graph theory
            """,
        ),
    ),
    "Life and society": (
        topic(
            "medical-imaging",
            "Medical imaging",
            "Scans, slides and X-rays: segmentation, diagnosis, reports and reconstruction.",
            "eess.IV cs.CV",
            """
            medical image, MRI, magnetic resonance imaging, computed tomography, CT scans, CT images, chest X-ray,
            X-ray images, radiology, radiology report, ultrasound, histopathology, whole slide image, whole-slide,
            retinal, fundus, mammography, endoscopy, endoscopic, echocardiography, dermatology, skin lesion,
            tumor segmentation, brain tumor, PET, medical VLM, medical segmentation, colonoscopy, surgical video,
            optical coherence tomography, polyp, computational pathology, digital pathology, pathology images,
            pathology foundation model, CT reconstruction, lesion segmentation, lesion detection, organ segmentation,
            lung nodule, lung cancer, breast cancer, prostate, cardiac MRI, low-dose CT, OCT images, nnU-Net,
            diabetic retinopathy, pathology reports, pathologist-level
            """,
        ),
        topic(
            "clinical",
            "Medicine and clinical language",
            "Models for doctors and patients: health records, diagnosis, medical questions and mental health.",
            "cs.CL cs.AI",
            """
            clinical, clinician, electronic health records, EHR, medical question answering, medical reasoning,
            medical LLM, medical dialogue, MedQA, patient, mental health, biomedical, clinical notes,
            clinical decision, medical diagnosis, depression, ICD, ECG, electrocardiogram, diabetes, public health,
            epidemiology, Alzheimer's disease, nursing, hospital, healthcare systems, healthcare data,
            healthcare providers, healthcare professionals, healthcare applications, healthcare delivery,
            digital health, medical knowledge, medical domain, medical LLMs, medical AI, telemedicine, physicians,
            psychotherapy, counseling, PubMed, MIMIC-IV, MIMIC-III, sepsis, dementia, suicide, cancer, doctor-patient,
            traditional Chinese medicine, precision medicine, emergency medicine, internal medicine
            """,
        ),
        topic(
            "biology",
            "Biology and proteins",
            "Proteins, genomes, cells and drugs: models of the living.",
            "q-bio.BM q-bio.GN q-bio.QM",
            """
            protein, DNA, RNA, single-cell, gene expression, transcriptomics, drug discovery, antibody, peptide,
            enzyme, molecular dynamics, protein structure, protein design, AlphaFold, bioinformatics,
            biological sequence, virtual cell, gene regulatory, species, phylogenetic, microscopy, drug-target,
            cell type, cell biology, biodiversity, wildlife, biomolecular, ligand, binding affinity,
            protein language model, evolutionary biology, computational biology, cryo-EM, microbiome, organism,
            structural biology, molecular biology, systems biology, synthetic biology, biological research,
            biological data, life sciences, genomic sequences, genomic data, genome-wide, human genome,
            genome assembly, metagenomic, genomic foundation model, genomic language models
            """,
        ),
        topic(
            "neuroscience",
            "Neuroscience and cognition",
            "Brains and minds: recordings, decoding, brain-computer interfaces and cognitive science.",
            "q-bio.NC",
            """
            neuroscience, EEG, electroencephalography, fMRI, brain activity, brain decoding, brain-computer interface,
            BCI, neural recordings, cognitive science, brain-inspired, cortex, cortical, human brain, brain signals,
            brain network, connectome, neural decoding, MEG, spike trains, hippocampus, theory of mind,
            psycholinguistics, working memory, psychometric, cognitive neuroscience, brain imaging, neuroimaging,
            biologically plausible, cognitive models, personality traits, psychological theory, psychological science,
            human memory, visual cortex, brain dynamics, AI consciousness, machine consciousness, neural population,
            biological neurons
            """,
        ),
        topic(
            "human-computer-interaction",
            "Human-computer interaction",
            "People and machines at work together: interfaces, studies with users, creativity and trust.",
            "cs.HC",
            """
            human-computer interaction, human-AI collaboration, human-AI interaction, human-AI teams, interface design,
            mixed reality, human-centered, co-creation, creative writing, visually impaired, role-playing,
            anthropomorphism, end users, participatory, semi-structured interviews, eye-tracking, data visualization,
            visual analytics, blind users, blind and low-vision, people with disabilities, assistive technology,
            usability study, usability testing, AI companions, human creativity, trust calibration, user trust,
            overreliance, cognitive load, knowledge workers, human oversight, qualitative study, thematic analysis,
            HCI, LLM personas, user personas, persona-based, human-in-the-loop system, UX, VR headsets,
            VR environments, extended reality, immersive virtual reality, user interface design,
            adaptive user interface, conversational interface, user needs, user perceptions, interviews with,
            survey of users, human-AI decision
            """,
        ),
        topic(
            "education",
            "Education",
            "Teaching and learning: tutors, essays, exams, classrooms and feedback for students.",
            "cs.CY cs.HC",
            """
            tutoring, classroom, pedagogical, learning outcomes, essay scoring, automated grading, student learning,
            intelligent tutoring, knowledge tracing, higher education, university students, homework, MOOCs,
            student essays, K-12, student feedback, STEM education, educational content, lesson plans, exam questions,
            undergraduate, teaching assistants, programming education, language learners, grading student,
            online courses, university courses, learner modeling, education technology, AI in education,
            education system, educational assessment, educational context, educational settings,
            educational applications, educational resources, educational feedback, medical education,
            computer science education, education research, educational data, educational tools, educational video,
            personalized education, engineering education, educational measurement, education level, foreign language
            """,
        ),
        topic(
            "finance-and-economics",
            "Finance and economics",
            "Markets, money and work: trading, risk, economic models and what AI does to jobs.",
            "q-fin.ST q-fin.CP econ.GN econ.EM",
            """
            stock market, stock price, cryptocurrency, economy, econometrics, labor market, credit scoring,
            credit risk, fraud detection, asset pricing, option pricing, insurance, market microstructure, FinTech,
            macroeconomic, algorithmic trading, trading strategies, trading agents, stock trading, financial trading,
            quantitative investment, portfolio optimization, portfolio management, market volatility,
            realized volatility, dynamic pricing, price prediction, price forecasting, electricity price,
            economic models, economic impact, economic growth, economic theory, economic policy, economic value,
            economists, behavioral economics, prediction markets, investors, supply chain management,
            financial markets, financial data, financial time series, financial documents, financial analysis,
            financial news, financial reports, financial question answering, financial reasoning, financial LLM,
            financial decision, financial services, financial institutions, financial risk, financial domain,
            financial applications, financial statements, financial sentiment, financial agents, financial forecasting,
            financial knowledge, financial benchmarks, financial systems, quantitative finance, computational finance,
            corporate finance, personal finance, decentralized finance, equity return
            """,
        ),
    ),
}
TOPICS = tuple({**fields, "group": group} for group, topics in GROUPS.items() for fields in topics)


def load_topics(apps: Any, schema_editor: Any) -> None:
    model = apps.get_model("papers", "Topic")
    model.objects.bulk_create([model(**fields) for fields in TOPICS], ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("papers", "0001_initial")]

    operations = [migrations.RunPython(load_topics, migrations.RunPython.noop)]
